// expect: compiles
// Functions of a program that have the names of the library's, and take what its calls need not begin with: arguments that are converted,
// also behind a tensor or a policy, and classes that derive from a tensor.
#include <functional>
#include <string>
#include <vector>

#include "sparseconv/networks.hpp"

namespace robot {

using namespace sparseconv;
using Tensor = SparseTensor<float, 3>;

struct Hidden : private Tensor {};
struct Left : Tensor {};
struct Right : Tensor {};
struct Both : Left, Right {};
struct Base : Tensor {};
struct Scan : Base {};
struct Map {
  int graph() const { return 0; }
};
struct LargeMap : Map {};

template <class T>
void kind_of(T const*) {}
void add(Hidden const&, double) {}
void add(Both const&, double) {}
void softmax(Tensor const&, float) {}
void softmax(Base const&) {}
void softmax(Base const&, std::string const&) {}
void embed(Tensor const&, std::string const&) {}
void activate(CpuPolicy const&, std::string const&, Tensor const&) {}
void unpool(Base const&, double) {}
void cast(Base const&, double) {}
void broadcast(Tensor const&, std::function<void()> const&) {}
void concatenate(Tensor const&, std::vector<Tensor> const&, bool) {}
void to_dense(Tensor const&, std::string const&) {}
void evaluate(Network const&, std::string const&) {}
void evaluate(CpuPolicy const&, Network const&, std::string const&) {}
void prepare(Network const&, std::string const&) {}
void profile(Engine<float, HostMemory> const&, std::string const&) {}
void profile(CpuPolicy const&, std::string const&, std::string const&) {}
void profile(CpuPolicy const&, Map const&, Tensor const&) {}
void plan(Network const&, std::string const&) {}
void plan(Map const&, SiteSet<3> const&) {}
void plan(CpuPolicy const&, Map const&, SiteSet<3> const&) {}

void all(Tensor const& tensor, Hidden const& hidden, Both const& both, Scan& scan, Network const& network,
         Engine<float, HostMemory> const& engine) {
  add(hidden, 1);
  add(both, 1);
  softmax(tensor, 0.5);
  softmax(scan);
  softmax(scan, "name");
  embed(tensor, "name");
  activate(cpu, "name", tensor);
  unpool(scan, 1);
  cast(scan, 1);
  broadcast(tensor, [] {});
  concatenate(tensor, std::vector<Tensor>{}, 1);
  to_dense(tensor, "name");
  evaluate(network, "name");
  evaluate(cpu, network, "name");
  prepare(network, "name");
  profile(engine, "name");
  profile(cpu, "name", "name");
  profile(cpu, LargeMap{}, tensor);
  plan(network, "name");
  plan(LargeMap{}, tensor.sites());
  plan(cpu, LargeMap{}, tensor.sites());
}

}  // namespace robot
