#pragma once

#include <string>

namespace sparseconv::test {

/// The text of a network of every kind of node, put together by hand, in which no field has the value that it has by itself if
/// there is another that fits.
inline std::string const text_of_all_fields =
    R"({"format":"sparseconv.network","version":1,"name":"All \"fields\"","nodes":[)"
    R"({"name":"x","kind":"input","axes":2,"channels":4},)"
    R"({"name":"down","kind":"conv","input":"x","out_channels":4,"geometry":{"kernel_size":[3,2],"stride":[2,1],)"
    R"("padding":[1,0],"dilation":[1,2],"transposed":false,"output_padding":0,"definition":"regular"},"onto":null,)"
    R"("bias":true,"residual":null,"activation":{"kind":"leaky_relu","slope":0.1}},)"
    R"({"name":"back","kind":"conv","input":"down","out_channels":4,"geometry":{"kernel_size":3,"stride":2,)"
    R"("padding":0,"dilation":1,"transposed":true,"output_padding":1,"definition":"regular"},"onto":"x",)"
    R"("bias":false,"residual":"x","activation":{"kind":"gelu_tanh","slope":0.0}},)"
    R"({"name":"up","kind":"inverse_conv","input":"down","out_channels":4,"undoes":"down","bias":true,"residual":"back",)"
    R"("activation":{"kind":"relu6","slope":0.0}},)"
    R"({"name":"lin","kind":"linear","input":"up","out_channels":4,"bias":false,"residual":"up",)"
    R"("activation":{"kind":"tanh","slope":-0.0}},)"
    R"({"name":"bn","kind":"batch_norm","input":"lin","epsilon":0.0001,"statistics":"batch",)"
    R"("activation":{"kind":"silu","slope":0.0}},)"
    R"({"name":"bn2","kind":"batch_norm","input":"lin","epsilon":0.30000000000000004,"statistics":"running",)"
    R"("activation":{"kind":"none","slope":0.0}},)"
    R"({"name":"ln","kind":"layer_norm","input":"bn","epsilon":1e-12},)"
    R"({"name":"act","kind":"activate","input":"ln","activation":{"kind":"gelu","slope":0.0}},)"
    R"({"name":"soft","kind":"softmax","input":"act"},)"
    R"({"name":"sum","kind":"add","first":"soft","second":"bn2","activation":{"kind":"relu","slope":0.0}},)"
    R"({"name":"both","kind":"concatenate","inputs":["sum","x","sum"]},)"
    R"({"name":"pooled","kind":"pool","input":"both","geometry":{"kernel_size":2,"stride":2,"padding":0,"dilation":1,)"
    R"("transposed":false,"output_padding":0,"definition":"floor"},"pooling":"average_over_kernel"},)"
    R"({"name":"items","kind":"global_pool","input":"pooled","pooling":"sum"},)"
    R"({"name":"gate","kind":"activate","input":"items","activation":{"kind":"sigmoid","slope":0.0}},)"
    R"({"name":"wide","kind":"broadcast","items":"gate","onto":"both"},)"
    R"({"name":"z","kind":"input_beside","beside":"x","channels":1},)"
    R"({"name":"table","kind":"embedding","input":"z","count":7,"out_channels":4},)"
    R"({"name":"taken","kind":"unpool","input":"pooled","onto":"table","stride":[2,3]},)"
    R"({"name":"flat","kind":"axis_pool","input":"both","axis":1,"pooling":"sum"},)"
    R"({"name":"finer","kind":"scale_sites","input":"down","grid_of":"x","factor":[2,1]},)"
    R"({"name":"common","kind":"join_sites","of":["x","finer","x"],"join":"intersect"},)"
    R"({"name":"some","kind":"choose_sites","scores":"z","choice":"largest","threshold":-0.5,"count":7},)"
    R"({"name":"put","kind":"onto_sites","input":"finer","onto":"some"}],)"
    R"("outputs":[{"name":"y","value":"wide"},{"name":"é","value":"gate"}],)"
    R"("not_learned":["bn2.running_mean","bn2.running_var","lin.weight"]})";

}  // namespace sparseconv::test
