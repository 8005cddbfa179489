"""What can be asked of Blender."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Le

from framecrew.frames.patterns import FramePattern
from framecrew.model.options import Help, TargetNames, plain_values
from framecrew.model.requests import RenderRequest


class PictureFormat(StrEnum):
    """How frames are written; `auto` is told from the output's ending."""

    AUTO = "auto"
    PNG = "png"
    JPG = "jpg"
    EXR = "exr"
    EXR_MULTILAYER = "exr-multilayer"
    TIFF = "tiff"
    WEBP = "webp"
    BMP = "bmp"
    TGA = "tga"
    HDR = "hdr"
    DPX = "dpx"


class Device(StrEnum):
    """What Cycles computes on; `cpu+…` uses both."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    OPTIX = "optix"
    HIP = "hip"
    METAL = "metal"
    ONEAPI = "oneapi"
    CPU_CUDA = "cpu+cuda"
    CPU_OPTIX = "cpu+optix"
    CPU_HIP = "cpu+hip"
    CPU_METAL = "cpu+metal"
    CPU_ONEAPI = "cpu+oneapi"


class Persistence(StrEnum):
    """Whether what was built for one frame is kept for the next."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlenderOptions:
    """What Blender is told besides scene, frames and output; empty means: as the file says."""

    scene: Annotated[
        str, Help("Scene inside the file; the one it was saved with when empty.")
    ] = ""
    view_layer: Annotated[
        str,
        Help(
            "Render this view layer alone, or several such as A,B, each as a target of its own; "
            "all enabled ones together when empty.",
            "NAMES",
        ),
        TargetNames("view layers", listed="layers"),
    ] = ""
    camera: Annotated[
        str,
        Help(
            "Name of the camera, or of several such as A,B, each a target of its own; the "
            "scene's when empty.",
            "NAMES",
        ),
        TargetNames("cameras", listed="cameras"),
    ] = ""
    engine: Annotated[
        str, Help("cycles, eevee, workbench or Blender's own name of another one.", "NAME")
    ] = ""
    samples: Annotated[int | None, Ge(1), Help("Samples of each pixel.")] = None
    resolution_percent: Annotated[
        int | None, Ge(1), Le(1000), Help("Size of the frames in percent of the scene's.")
    ] = None
    format: Annotated[
        PictureFormat, Help("How frames are written; told from the output's ending by default.")
    ] = PictureFormat.AUTO
    color_depth: Annotated[
        int | None, Ge(8), Le(32), Help("Bits of each channel: 8, 16 or 32, as the format can.")
    ] = None
    device: Annotated[
        Device,
        Help("What Cycles computes on; as the file and your preferences say by default."),
    ] = Device.AUTO
    gpus: Annotated[
        str, Help("Which graphics cards of that kind, e.g. 0,2; all when empty.", "LIST")
    ] = ""
    persistent_data: Annotated[
        Persistence, Help("Keep data between frames: faster, takes more memory.")
    ] = Persistence.AUTO
    python_before: Annotated[
        str, Help("Python run once after the scene is open, e.g. to change a setting.", "CODE")
    ] = ""
    python_scripts: Annotated[
        tuple[str, ...], Help("Python files run once after the scene is open.", "FILE")
    ] = ()
    autoexec: Annotated[
        bool,
        Help(
            "Run the scripts and drivers stored in the file; turn off for a file you distrust."
        ),
    ] = True
    factory_startup: Annotated[
        bool,
        Help("Start without your preferences and add-ons, for the same result everywhere."),
    ] = False
    addons: Annotated[tuple[str, ...], Help("Add-ons to enable.", "NAME")] = ()


FORMATS: Mapping[str, PictureFormat] = {
    ".png": PictureFormat.PNG,
    ".jpg": PictureFormat.JPG,
    ".jpeg": PictureFormat.JPG,
    ".exr": PictureFormat.EXR,
    ".tif": PictureFormat.TIFF,
    ".tiff": PictureFormat.TIFF,
    ".webp": PictureFormat.WEBP,
    ".bmp": PictureFormat.BMP,
    ".tga": PictureFormat.TGA,
    ".hdr": PictureFormat.HDR,
    ".dpx": PictureFormat.DPX,
}
"""Endings of an output, and what is written under them unless `format` says otherwise."""


def resolved_options(request: RenderRequest) -> dict[str, object]:
    """All options as plain JSON values, the defaults filled in, the format decided.

    An ending that tells no format leaves it empty: the scene's own is written.
    """
    values = plain_values(BlenderOptions, request.options)
    if values["format"] == PictureFormat.AUTO:
        ending = FramePattern.parse(request.made).extension.lower()
        values["format"] = FORMATS[ending].value if ending in FORMATS else ""
    return values
