#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/pool_allocator.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/derived_store.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: CapacityError if there are more sites than rows can be numbered.
inline void check_site_count(std::int64_t count, std::string_view call) {
  if (count <= std::numeric_limits<Row>::max()) return;
  throw CapacityError({call, ": ", count, " sites; rows are numbered up to 2^31 - 1, so split the batch"});
}

/// The active sites of a tensor: a canonical coordinate list (unique, sorted) that never changes.
///
/// A SiteSet is a handle: copies share the list and what was derived from it (hash table, rulebooks), which live as
/// long as the last copy. Reading one, and convolving on it, is safe from several threads; on a device a set and what is
/// derived from it belong to the stream that it was made on. One that was moved from has no sites, and nothing can be derived
/// from it.
template <int D, MemorySpace Memory = HostMemory>
class SiteSet {
 public:
  /// A coordinate list that is shared.
  using List = std::shared_ptr<Buffer<Coordinate<D>, Memory> const>;

  /// No sites, on an unbounded grid.
  SiteSet() : SiteSet(Grid<D>{}, Buffer<Coordinate<D>, Memory>{}, Box<D>{}) {}

  /// Takes a list that is canonical already; build_site_set makes one from any list.
  ///
  /// Work:   one pass over the list.
  /// Throws: ShapeError for extents below 1; CoordinateError if a site is outside the grid, repeated or out of order;
  ///         CapacityError for more than 2^31 - 1 sites. The caller keeps the list then.
  SiteSet(Grid<D> const& grid, Buffer<Coordinate<D>, Memory>&& coordinates) requires(Memory::host_reads)
      : SiteSet(grid, std::move(coordinates), check(grid, coordinates)) {}

  /// The same of a copy of the list.
  SiteSet(Grid<D> const& grid, Buffer<Coordinate<D>, Memory> const& coordinates) requires(Memory::host_reads)
      : SiteSet(grid, Buffer<Coordinate<D>, Memory>(coordinates)) {}

  /// The same without a look at the list, whose maker knows that it is canonical, and what box it lies in.
  SiteSet(Grid<D> const& grid, Buffer<Coordinate<D>, Memory>&& coordinates, Box<D> const& box)
      : contents_(make<Contents>(coordinates)) {
    auto const list = make<Buffer<Coordinate<D>, Memory>>(coordinates);
    contents_->grid = grid;
    contents_->box = box;
    *list = std::move(coordinates);
    contents_->coordinates = list;
  }

  [[nodiscard]] Grid<D> const& grid() const { return contents_ ? contents_->grid : nowhere.grid; }
  [[nodiscard]] std::int64_t size() const { return contents_ ? contents_->coordinates->size() : 0; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// N coordinates; row i of every tensor on these sites belongs to coordinate i. The list lives as long as the last handle, so a
  /// temporary handle gives none, and does not compile.
  [[nodiscard]] std::span<Coordinate<D> const> coordinates() const& requires(Memory::host_reads) {
    return {data(), static_cast<std::size_t>(size())};
  }
  template <class Self = SiteSet>
  std::span<Coordinate<D> const> coordinates() const&& requires(Memory::host_reads) {
    static_assert(never<Self>,
                  "sparseconv: coordinates() is a view of a site set that may end with this statement; give the set a "
                  "name first: auto const sites = out.sites(); then sites.coordinates()");
    return {};
  }

  /// The first of the N coordinates, in the set's memory.
  [[nodiscard]] Coordinate<D> const* data() const { return contents_ ? contents_->coordinates->data() : nullptr; }

  /// The list, for who keeps it longer than the set.
  [[nodiscard]] List list() const { return contents_ ? contents_->coordinates : nullptr; }

  /// The smallest box around the sites.
  [[nodiscard]] Box<D> const& bounding_box() const { return contents_ ? contents_->box : nowhere.box; }

  /// Whether both handles mean one and the same set; two sets with equal lists are not the same.
  [[nodiscard]] bool is(SiteSet const& other) const { return contents_ == other.contents_; }

  /// Memory of the coordinate list, in bytes.
  [[nodiscard]] std::int64_t bytes() const { return size() * static_cast<std::int64_t>(sizeof(Coordinate<D>)); }

  /// Memory of all that was derived from the set and is kept with it, in bytes.
  [[nodiscard]] std::int64_t derived_bytes() const { return contents_ ? contents_->derived.bytes() : 0; }

  /// Lets go of all that was derived; it is made again when a layer needs it.
  void release_derived() const {
    if (contents_) contents_->derived.release();
  }

  /// Where higher floors keep what they derive from the set.
  /// Throws: ShapeError if the set was moved from.
  [[nodiscard]] DerivedStore& derived() const {
    if (!contents_) {
      throw ShapeError("SiteSet: the set was moved from and has nothing to convolve; use the one that it was moved to");
    }
    return contents_->derived;
  }

  /// The same, with a share in the set's life.
  [[nodiscard]] std::shared_ptr<DerivedStore> shared_derived() const { return {contents_, &derived()}; }

  /// The identity of the set without a share in its life.
  [[nodiscard]] std::weak_ptr<void const> identity() const { return contents_; }

 private:
  struct Place {
    Grid<D> grid;
    Box<D> box;
  };
  struct Contents : Place {
    List coordinates;
    DerivedStore derived;
  };
  static constexpr Place nowhere{};

  // A shared object in the memory that the list came from, where that is the host's.
  template <class T>
  static std::shared_ptr<T> make(Buffer<Coordinate<D>, Memory> const& list) {
    if constexpr (Memory::host_reads) {
      return std::allocate_shared<T>(PoolAllocator<T>(list.memory()));
    } else {
      return std::make_shared<T>();
    }
  }

  // The list's box, once the list is found to be canonical.
  static Box<D> check(Grid<D> const& grid, Buffer<Coordinate<D>, Memory> const& coordinates) {
    check_grid(grid, "SiteSet");
    check_site_count(coordinates.size(), "SiteSet");
    Box<D> box;
    for (std::int64_t i = 0; i < coordinates.size(); ++i) {
      check_inside(grid, coordinates[i], "SiteSet");
      if (i > 0 && !(coordinates[i - 1] < coordinates[i])) {
        throw CoordinateError({"SiteSet: site ", to_string(coordinates[i]), " comes after ",
                               to_string(coordinates[i - 1]),
                               "; sites must be unique and sorted, which build_site_set does for any list"});
      }
      box.include(widen(coordinates[i]));
    }
    return box;
  }

  std::shared_ptr<Contents> contents_;
};

}  // namespace sparseconv::inline v0_1
