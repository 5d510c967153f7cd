#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::test {

/// Stands before a script that makes a file: what torch.save does, without torch. `save` writes the zip archive, `save_records` the
/// files that were before it; tensors share the storages that they are made of.
inline constexpr std::string_view torch_script = R"(
import collections, io, pickle, struct, sys, types, zipfile
for name in ('torch', 'torch._utils', 'mmcv'):
    sys.modules[name] = types.ModuleType(name)
def known(module, name, value):
    value.__module__, value.__qualname__, value.__name__ = module, name, name
    setattr(sys.modules[module], name, value)
    return value
formats = dict(Float='f', Double='d', Half='e', BFloat16='H', Long='q', Int='i', Short='h', Char='b', Byte='B', Bool='?',
               ComplexFloat='Q')
kinds = {kind: known('torch', kind + 'Storage', type(kind + 'Storage', (), {})) for kind in formats}
v1 = known('torch._utils', '_rebuild_tensor', lambda *a: None)
v2 = known('torch._utils', '_rebuild_tensor_v2', lambda *a: None)
rebuild_parameter = known('torch._utils', '_rebuild_parameter', lambda *a: None)
history_buffer = known('mmcv', 'HistoryBuffer', type('HistoryBuffer', (), {}))
class Storage:
    def __init__(self, kind, values, view=None):
        self.kind, self.count, self.view = kind, len(values), view
        self.bytes = struct.pack('<%d%s' % (len(values), formats[kind]), *values)
        self.key = None
class Call:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments
    def __reduce__(self):
        return self.function, self.arguments
def tensor(storage, shape, strides, offset=0):
    return Call(v2, storage, offset, shape, strides, False, collections.OrderedDict())
def old_tensor(storage, shape, strides, offset=0):
    return Call(v1, storage, offset, shape, strides)
def parameter(data):
    return Call(rebuild_parameter, data, True, collections.OrderedDict())
def pickled(value, protocol, storages, old):
    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if not isinstance(value, Storage):
                return None
            if value.key is None:
                value.key = str(len(storages))
                storages.append(value)
            id = ('storage', kinds[value.kind], value.key, 'cpu', value.count)
            return id + (value.view,) if old else id
    to = io.BytesIO()
    Pickler(to, protocol).dump(value)
    return to.getvalue()
def save(path, value, protocol=2, packed=False, order='little'):
    storages = []
    data = pickled(value, protocol, storages, False)
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as to:
        to.writestr('archive/data.pkl', data)
        if order:
            to.writestr('archive/byteorder', order)
        for storage in storages:
            with to.open('archive/data/' + storage.key, 'w', force_zip64=True) as entry:
                entry.write(storage.bytes)
        to.writestr('archive/version', '3\n')
def save_records(path, value, little=True, version=1001):
    storages = []
    data = pickled(value, 2, storages, True)
    with open(path, 'wb') as to:
        for part in (0x1950a86a20f9469cfc6c, version, dict(protocol_version=1001, little_endian=little, type_sizes={})):
            to.write(pickle.dumps(part, 2))
        to.write(data + pickle.dumps([storage.key for storage in storages], 2))
        for storage in storages:
            to.write(struct.pack('<q', storage.count) + storage.bytes)
path = sys.argv[1]
)";

/// A file that a script of Python writes to `path`, in which torch_script stands before it.
class TorchFile {
 public:
  explicit TorchFile(std::string const& script)
      : file_("script.py", ByteWriter(std::string(torch_script) + script).bytes()) {
    std::string const command = "python3 \"" + file_.path().string() + "\" \"" + path().string() + "\"";
    made_ = std::system(command.c_str()) == 0;
  }

  /// Whether Python is there, and wrote the file.
  [[nodiscard]] bool is_made() const { return made_ && std::filesystem::exists(path()); }
  [[nodiscard]] std::filesystem::path path() const { return file_.folder() / "file.pt"; }

  [[nodiscard]] std::vector<std::byte> bytes() const {
    std::ifstream stream(path(), std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(stream), {}};
    return ByteWriter(text).bytes();
  }

 private:
  TemporaryFile file_;
  bool made_ = false;
};

/// Whether a python3 is there that runs a script.
inline bool has_python() {
  static bool const has = std::system("python3 -c pass >/dev/null 2>&1") == 0;
  return has;
}

}  // namespace sparseconv::test
