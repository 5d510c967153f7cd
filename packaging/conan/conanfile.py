"""The recipe of the headers, for Conan 2: conan create packaging/conan

The components io and cuda of the CMake package are not in it: a program adds libpng, libzip and nlohmann_json itself.
"""
import pathlib
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout


class SparseconvRecipe(ConanFile):
    name = "sparseconv"
    description = "Convolution on sparse data, in C++20 headers"
    license = "Apache-2.0"
    topics = ("sparse convolution", "point cloud", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    @property
    def _checkout(self):
        return pathlib.Path(self.recipe_folder).parent.parent

    def set_version(self):
        text = (self._checkout / "include/sparseconv/version.hpp").read_text()
        self.version = ".".join(re.findall(r"#define SPARSECONV_VERSION_\w+ (\d+)", text))

    def export_sources(self):
        copy(self, "LICENSE", self._checkout, self.export_sources_folder)
        copy(self, "include/*", self._checkout, self.export_sources_folder)

    def layout(self):
        basic_layout(self, src_folder=".")

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, pathlib.Path(self.package_folder, "licenses"))
        copy(self, "include/*", self.source_folder, self.package_folder)

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
