"""The format of the pictures."""

import re

from framecrew_blender.refusal import RefusedError
from framecrew_blender.words import listed

FORMATS = {
    "png": "PNG",
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "exr": "OPEN_EXR",
    "exr-multilayer": "OPEN_EXR_MULTILAYER",
    "tiff": "TIFF",
    "tif": "TIFF",
    "webp": "WEBP",
    "bmp": "BMP",
    "tga": "TARGA",
    "dpx": "DPX",
    "hdr": "HDR",
}

MOVIES = ("FFMPEG", "AVI_JPEG", "AVI_RAW")

EXTENSIONS = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "JPEG2000": ".jp2",
    "OPEN_EXR": ".exr",
    "OPEN_EXR_MULTILAYER": ".exr",
    "TIFF": ".tif",
    "WEBP": ".webp",
    "BMP": ".bmp",
    "TARGA": ".tga",
    "TARGA_RAW": ".tga",
    "IRIS": ".rgb",
    "DPX": ".dpx",
    "CINEON": ".cin",
    "HDR": ".hdr",
}


def set_format(scene, wanted):
    settings = scene.render.image_settings
    name = FORMATS.get(wanted.lower())
    if name is None:
        raise RefusedError(
            "bad_request", f"There is no format {wanted!r}; it can be: {listed(FORMATS)}."
        )
    if settings.file_format == name:
        return
    try:
        if hasattr(settings, "media_type"):
            is_multilayer = name == "OPEN_EXR_MULTILAYER"
            settings.media_type = "MULTI_LAYER_IMAGE" if is_multilayer else "IMAGE"
        settings.file_format = name
    except TypeError as error:
        raise RefusedError(
            "bad_request", f"This Blender cannot write {wanted!r}: {error}"
        ) from error


def keep_still_format(scene, warnings):
    """Frames are pictures here; the film is encoded from them afterwards."""
    settings = scene.render.image_settings
    if settings.file_format in MOVIES:
        warnings.append(
            f"The scene writes a movie ({settings.file_format}); its frames become PNG files."
        )
        set_format(scene, "png")


def set_color_depth(scene, depth):
    settings = scene.render.image_settings
    try:
        settings.color_depth = depth
    except TypeError as error:
        found = re.findall(r"'(\d+)'", str(error).split(" in ", 1)[-1])
        raise RefusedError(
            "bad_request",
            f"{settings.file_format} has no {depth} bits a channel; it can have: "
            f"{listed(found)}.",
        ) from error
