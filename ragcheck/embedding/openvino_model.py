"""A model computed by OpenVINO: converted once from torch, then run without it.

The whole pipeline is converted, pooling and normalisation included, so that nothing about a model
is written a second time. OpenVINO's Python package reports its use over the network unless its
telemetry package is absent: here it never sees it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ragcheck.embedding.torch_model import TorchModel, quiet
from ragcheck.errors import ComponentError
from ragcheck.records import Floats
from ragcheck.spans import Ints

LIBRARY = "openvino"
FILES = ("model.xml", "model.bin")


def is_installed() -> bool:
    """Whether OpenVINO is there; does not import it."""
    return find_spec(LIBRARY) is not None


class OpenVinoModel:
    """A converted model on the processor, compiled in float32 or bfloat16."""

    def __init__(self, folder: Path, precision: str) -> None:
        self._folder, self._precision = folder, precision
        self._compiled = _compile(folder, precision)
        self._inputs = len(self._compiled.inputs)
        self._request = self._compiled.create_infer_request()

    def vectors(self, ids: Ints, mask: Ints) -> Floats:
        """float32[n, d] of rows of token ids, of length 1."""
        given = (ids, mask, np.zeros_like(ids))[: self._inputs]
        return np.array(self._request.infer(list(given))[0], np.float32)

    def states(self, ids: Ints, mask: Ints) -> Floats:
        """float32[n, length, d]: the vectors of tokens that the model pools; 0 where masked.

        They are the last array of that shape before the vector. Raises ComponentError without one.
        """
        given = (ids, mask, np.zeros_like(ids))[: self._inputs]
        return np.array(self._pooled.infer(list(given))[1], np.float32)

    @cached_property
    def _pooled(self) -> Any:
        return _compile(self._folder, self._precision, _with_states).create_infer_request()


def convert(model: TorchModel) -> Any:
    """A torch model as OpenVINO's. Raises whatever OpenVINO does where it cannot convert it."""
    import torch

    class Pipeline(torch.nn.Module):  # type: ignore[misc]
        """From token ids to the vector of length 1."""

        def __init__(self) -> None:
            super().__init__()
            self.pipeline = model.pipeline

        def forward(self, *given: Any) -> Any:
            made = self.pipeline(dict(zip(model.inputs, given, strict=True)))
            return torch.nn.functional.normalize(made["sentence_embedding"], dim=1)

    ids = np.full((2, 8), 1, np.int64)
    example = model.features(ids, np.ones_like(ids))
    with quiet(), _without_telemetry(), torch.inference_mode():
        import openvino

        return openvino.convert_model(Pipeline(), example_input=tuple(example.values()))


def save(converted: Any, folder: Path) -> None:
    """Write a converted model into `folder`, weights in float32. Raises RuntimeError or OSError."""
    import openvino

    openvino.save_model(converted, folder / FILES[0], compress_to_fp16=False)


def _with_states(model: Any) -> Any:
    """A model that also gives what it pools."""
    width = model.output(0).get_partial_shape()[1]
    found = [
        node.output(0)
        for node in model.get_ordered_ops()
        if node.get_output_size() == 1 and _is_states(node.output(0), width)
    ]
    if not found:
        raise ComponentError(
            "openvino does not show this model's token vectors", hint="name `runtime=torch`"
        )
    model.add_outputs(found[-1])
    return model


def _is_states(output: Any, width: Any) -> bool:
    """Whether an array is [texts, tokens, width], of any number of texts and tokens."""
    shape = output.get_partial_shape()
    if shape.rank.is_dynamic or shape.rank.get_length() != 3:
        return False
    return bool(shape[0].is_dynamic and shape[1].is_dynamic and shape[2] == width)


def _compile(folder: Path, precision: str, change: Callable[[Any], Any] = lambda m: m) -> Any:
    with _without_telemetry():
        import openvino
        from openvino import properties
        from openvino.properties import hint
    core = openvino.Core()
    kind = openvino.Type.bf16 if precision == "bf16" else openvino.Type.f32
    options = {
        hint.performance_mode: hint.PerformanceMode.LATENCY,
        hint.inference_precision: kind,
        hint.enable_cpu_pinning: False,  # two runs on one machine would be pinned to one core
        properties.inference_num_threads: _threads(),
    }
    compiled = core.compile_model(change(core.read_model(folder / FILES[0])), "CPU", options)
    if compiled.get_property(hint.inference_precision) != kind:
        raise ComponentError(
            f"this processor does not compute in {precision}", hint="leave `precision` out"
        )
    return compiled


def _threads() -> int:
    """As many as torch would take: what the user or a pool of workers allows, else its cores."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal() and int(told):
        return int(told)
    with quiet():
        from joblib import cpu_count

        return int(cpu_count(only_physical_cores=True))


@contextmanager
def _without_telemetry() -> Iterator[None]:
    """While OpenVINO is imported and converts, its telemetry package cannot be imported."""
    name = "openvino_telemetry"
    before = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
