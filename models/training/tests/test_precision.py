import torch

import precision
from precision import quick_type


def test_a_cpu_computes_in_whatever_is_quicker_there(monkeypatch) -> None:
    for quicker in (torch.bfloat16, torch.float32):
        quick_type.cache_clear()
        monkeypatch.setattr(precision, "_seconds", lambda dtype: 1.0 if dtype == quicker else 2.0)
        assert quick_type("cpu") == quicker
    monkeypatch.setattr(precision, "_seconds", lambda _: 1.0)
    quick_type.cache_clear()
    assert quick_type("cpu") == torch.bfloat16
    assert quick_type("cuda") == torch.bfloat16
    quick_type.cache_clear()


def test_what_is_asked_of_a_cpu_takes_time_in_both() -> None:
    assert all(precision._seconds(dtype) > 0 for dtype in (torch.bfloat16, torch.float32))
