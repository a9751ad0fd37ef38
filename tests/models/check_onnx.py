"""What the official package says of ONNX files: python check_onnx.py FILE...

Checks each file in full and prints one JSON object: for each file the dimensions of every value that the package
infers, null for those it leaves open. Needs `onnx`.
"""
import json
import sys

import onnx

shapes = {}
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    graph = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True).graph
    shapes[path] = {
        value.name: [dim.dim_value if dim.HasField('dim_value') else None for dim in value.type.tensor_type.shape.dim]
        for value in [*graph.value_info, *graph.output]
        if value.type.tensor_type.HasField('shape')
    }
print(json.dumps({'version': onnx.__version__, 'shapes': shapes}))
