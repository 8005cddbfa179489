"""Reading what the systems' tools print about graphics cards."""

import json
from pathlib import Path

import pytest

from framecrew.machine.gpus import (
    Gpu,
    Maker,
    linux_gpus_under,
    mac_gpus_in,
    maker_of,
    nvidia_gpus_in,
    windows_gpus_in,
)

NVIDIA = """\
0, NVIDIA GeForce RTX 4090, GPU-1, 24564, 22000, 550.54.14
1, NVIDIA RTX A6000, GPU-2, 49140, [N/A], 550.54.14
"""


def test_nvidias_cards_are_read_with_their_memory() -> None:
    first, second = nvidia_gpus_in(NVIDIA)

    assert first == Gpu(
        maker=Maker.NVIDIA,
        name="NVIDIA GeForce RTX 4090",
        index=0,
        memory_total=24564 * 2**20,
        memory_free=22000 * 2**20,
        software_version="550.54.14",
        uuid="GPU-1",
    )
    assert second.memory_free is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No devices were found",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
        "Failed to initialize NVML: Driver/library version mismatch",
        "a, b, c, d, e, f",
    ],
)
def test_a_tool_in_trouble_means_no_cards(text: str) -> None:
    assert nvidia_gpus_in(text) == ()


def test_a_macs_cards_are_read() -> None:
    text = json.dumps({"SPDisplaysDataType": [{"sppci_model": "Apple M3 Max"}]})

    assert mac_gpus_in(text) == (Gpu(maker=Maker.APPLE, name="Apple M3 Max", index=0),)


def test_one_card_of_windows_is_an_object_and_several_are_a_list() -> None:
    one = {"Name": "AMD Radeon RX 7900 XTX"}
    two = [one, {"Name": "Microsoft Basic Display Adapter"}, {"Name": "Intel(R) Arc A770"}]

    assert [gpu.maker for gpu in windows_gpus_in(json.dumps(one))] == [Maker.AMD]
    assert [gpu.maker for gpu in windows_gpus_in(json.dumps(two))] == [Maker.AMD, Maker.INTEL]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "[1, 2]", '{"SPDisplaysDataType": 7}'])
def test_an_answer_nobody_understands_means_no_cards(text: str) -> None:
    assert mac_gpus_in(text) == ()
    assert windows_gpus_in(text) == ()


def test_cards_are_counted_for_each_maker(tmp_path: Path) -> None:
    for number, vendor in enumerate(["0x1002", "0x8086", "0x1002", "0xffff"]):
        device = tmp_path / f"card{number}" / "device"
        device.mkdir(parents=True)
        (device / "vendor").write_text(f"{vendor}\n")
        (device / "device").write_text("0x744c\n")
    (tmp_path / "card0" / "device" / "mem_info_vram_total").write_text("25753026560\n")

    found = linux_gpus_under(tmp_path)

    assert [(gpu.maker, gpu.index) for gpu in found] == [
        (Maker.AMD, 0),
        (Maker.INTEL, 0),
        (Maker.AMD, 1),
    ]
    assert found[0].memory_total == 25753026560
    assert found[1].memory_total is None


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("Quadro P2000", Maker.NVIDIA),
        ("Radeon Pro W6800", Maker.AMD),
        ("Intel UHD Graphics 770", Maker.INTEL),
        ("Apple M1", Maker.APPLE),
        ("llvmpipe", Maker.OTHER),
    ],
)
def test_the_maker_is_told_from_the_name(text: str, maker: Maker) -> None:
    assert maker_of(text) is maker
