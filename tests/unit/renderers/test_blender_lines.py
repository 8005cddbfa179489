"""What Blender's lines mean: wordings of many versions and devices, each with its verdict."""

import pytest

from framecrew.model.failures import FailureKind
from framecrew.renderers.blender_lines import LINES, RULES
from framecrew.renderers.contract import (
    Complaint,
    FileWritten,
    FrameBegun,
    FrameClaimed,
    FramePercent,
    Reading,
    Severity,
)
from framecrew.renderers.rules import RuleReader


def read(*lines: str) -> list[Reading]:
    reader = RuleReader(RULES)
    return [reading for line in lines for reading in reader.read(line)]


def verdict(line: str) -> tuple[str, str] | None:
    found = [one for one in read(line) if isinstance(one, Complaint)]
    assert len(found) <= 1
    return (str(found[0].severity), str(found[0].kind)) if found else None


FATAL_LINES = {
    "out_of_memory": [
        "Malloc returns null: len=6053784 in BKE_mesh_vert_coords_alloc, total 158638892",
        "Calloc returns null: len=2073600 in Combined, total 325958336",
        "Calloc array aborted due to integer overflow: len=4294967295x8 in verts, total 12",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "  what():  std::bad_alloc",
        "CUDA error: Out of memory in cuMemAlloc(&device_pointer, size), line 1065",
        "Error: Out of memory in cuMemAlloc_v2(&device_pointer, size)",
        "CUDA_ERROR_OUT_OF_MEMORY in cuLaunchKernel",
        "OPTIX_ERROR_DEVICE_OUT_OF_MEMORY in optixAccelBuild",
        "Error: System is out of GPU memory",
        "Error: System is out of GPU and shared host memory",
        "hipErrorOutOfMemory in hipMalloc",
        "HIP_ERROR_OUT_OF_MEMORY",
        "ZE_RESULT_ERROR_OUT_OF_DEVICE_MEMORY",
        "VK_ERROR_OUT_OF_DEVICE_MEMORY",
        "CL_OUT_OF_RESOURCES in clEnqueueNDRangeKernel",
        "Error: kIOGPUCommandBufferCallbackErrorOutOfMemory",
        "00:13.970  cycles           | WARNING out of memory",
        "00:14.095  cycles           | WARNING scene not committed",
        "MemoryError",
        "OSError: [WinError 1455] The paging file is too small for this operation to complete",
        "Cannot allocate memory",
    ],
    "disk_full": [
        "/job/small/f_0002.png: No space left on device",
        "Error: Render error (No space left on device) cannot save: '/job/f_0002.png'",
        "OpenEXR-writePixels: ERROR: Failed to write. No space left on device.",
        "OSError: [Errno 122] Disk quota exceeded: '/job/f.exr'",
        "There is not enough space on the disk.",
    ],
    "output_not_writable": [
        "Error: Render error (Permission denied) cannot save: '/job/ro/f_0001.png'",
        "imb_savepng: Cannot open file for writing: '/job/ro/f_0001.png'",
        "/job/ro/f_0001.png: Permission denied",
        "libpng error: Write Error",
        "00:01.644  image            | ERROR Couldn't create directory for file /job/f.png",
        "OpenEXR-save: ERROR: Cannot open image file",
        "Error: Could not write frame 4",
        "Cannot save Node File Output to /proc/nope/Image0001.png",
        '00:01.519  image.write      | ERROR OpenImageIO write failed: Could not open file "/o/f.png"',
    ],
    "gpu_lost": [
        "Metal: Command buffer execution failed",
        'oneAPI kernel "integrator_init" execution error: got runtime exception',
        "Error: Illegal address in CUDA queue synchronize (integrator_intersect_closest)",
        "CUDA error: Launch exceeded timeout in cuCtxSynchronize()",
        "CUDA_ERROR_LAUNCH_FAILED in cuStreamSynchronize",
        "OPTIX_ERROR_CUDA_ERROR in optixLaunch",
        "Error: Failed to create CUDA context (Unknown error)",
        "Failed to load OptiX kernel from 'kernel_optix.ptx'",
        "CUDA binary kernel for this graphics card compute capability (3.0) not found.",
        "Invalid value in cuCtxPushCurrent(device->cuContext) (cuda/util.cpp:14)",
        "Invalid device in hipCtxCreate(&hipContext, 0, hipDevice) (hip/device_impl.cpp:98)",
        "Failed to configure CUDA context (Invalid context)",
        "Failed to build OptiX acceleration structure",
        "Unable to initialize GHOST, exiting!",
        "Level-Zero error:700000041879048196",
        "nvcc fatal   : Cannot find compiler 'cl.exe' in PATH",
        "HIP kernel compilation failed, see console for details.",
        "VK_ERROR_DEVICE_LOST",
        "hipErrorIllegalAddress",
        "Unable to open a display",
        "Error: GPU device lost",
        "Metal command buffer error: IOAF code 5",
    ],
    "missing_library": [
        "Warning: Unable to open '/job/lib_gone.blend': No such file or directory",
        "Info: Cannot find lib '/job/lib_gone.blend'",
        "Info: LIB: Object: 'LibCube' missing from '/job/lib_gone.blend', parent '<direct>'",
        "Warning: 1 libraries and 1 linked data-blocks are missing (including 0 ObjectData)",
    ],
    "missing_asset": [
        "00:00.422  cycles           | ERROR Image file '/job/not_there.png' does not exist.",
        "Image file /job/not_there.png does not exist.",
        "00:03.260  cycles           | ERROR Image file '/job/bad.png' failed to open.",
        "anim file doesn't exist: /job/clip.mp4",
    ],
    "bad_scene": [
        "Error: Cannot read file '/x.blend': No such file or directory",
        'Error: Cannot read file "/x.blend": No such file or directory',
        "Error: File format is not supported in file '/job/broken_zero.blend'",
        "Error: Failed to read blend file '/job/b.blend': Missing DNA block",
        "Error: Failed to read blend file '/job/newer.blend', not a blend file",
        'Error: Loading "/job/b.blend" failed: whatever it was',
    ],
    "bad_request": [
        "Error: Cannot render, no camera",
        "Can't find scene: 'Nope' in file: '/job/spin.blend'",
        "Error: Format from '-F / --render-format' not known or not compiled in this release.",
        "unknown argument, loading as file: --no-such-option",
    ],
    "plugin_missing": [
        "Error: engine not found 'LUXCORE'",
        "Error: Build without OpenImageDenoiser",
    ],
    "script_error": [
        'Error: Python: OSError: Python file "/job/none.py" could not be opened',
        "Error: script failed, file: '/job/bad.py', exiting.",
    ],
    "licence": [
        "ERROR: license checkout failed",
        "Could not obtain a license for Redshift",
        "License error: (RLM) no heartbeat",
        "Redshift Error: Maxon licensing error: User not logged in (7)",
        "No valid license found",
    ],
    "crash": [
        "Writing: /tmp/spin.crash.txt",
        "Error   : EXCEPTION_ACCESS_VIOLATION",
        "Segmentation fault (core dumped)",
        "double free or corruption (!prev)",
    ],
    "program_missing": [
        "ModuleNotFoundError: No module named 'bpy'",
        "blender: error while loading shared libraries: libXi.so.6: cannot open shared object",
    ],
}


@pytest.mark.parametrize(
    ("kind", "line"), [(kind, line) for kind, lines in FATAL_LINES.items() for line in lines]
)
def test_what_spoils_frames_although_blender_goes_on_is_fatal(kind: str, line: str) -> None:
    assert verdict(line) == ("fatal", kind)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('skipping existing frame "/out/f_0001.png"', "skipped_frame"),
        ("scripts disabled for \"/job/a.blend\", skipping 'init.py'", "script_error"),
        ("Add-on not loaded: \"x\", cause: No module named 'x'", "plugin_missing"),
        ("WARNING (readfile): File written by newer Blender binary (500.3)", "bad_scene"),
        ("Found no Cycles device of the specified type, falling back to CPU...", "gpu_lost"),
        ("Warning: class X contains a property which should be an annotation!", "unknown"),
        ("00:01.000  bke              | WARNING something odd", "unknown"),
        ("Error in PyDriver: expression failed: nope", "script_error"),
        ("CUDA cuInit: No CUDA-capable device is detected: no CUDA-capable device", "gpu_lost"),
        ("HIP hipInit: Invalid device", "gpu_lost"),
        ("EGL Error (0x3009): EGL_BAD_MATCH: Arguments are inconsistent.", "unknown"),
    ],
)
def test_what_is_only_worth_knowing_is_a_warning(line: str, kind: str) -> None:
    assert verdict(line) == ("warning", kind)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Error: something nobody has seen before", "unknown"),
        ("00:01.000  bke              | ERROR something odd", "unknown"),
        ("ERROR (gpu.shader): Water FragShader: compile error", "gpu_lost"),
        ("IMB_ibImageFromMemory: unknown file-format (/job/tex.png)", "missing_asset"),
        ("Could not open Alembic archive for reading: /job/a.abc", "missing_asset"),
        ("OpenEXR-load: ERROR: cannot read image file", "missing_asset"),
        ("libpng error: IDAT: CRC error", "missing_asset"),
        ("libpng error: ense: Read error: hit end of file", "missing_asset"),
        ("libpng error: ense: bad header (invalid type)", "missing_asset"),
        ('"/job/bad.jpg" is not a JPEG file, magic number doesn\'t match', "missing_asset"),
        ("Unable to open /job/a.abc", "missing_asset"),
        (
            'WARNING Object: "Cube", Could not create cache reader for file //a.abc',
            "missing_asset",
        ),
    ],
)
def test_what_spoils_one_frame_is_an_error(line: str, kind: str) -> None:
    assert verdict(line) == ("error", kind)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Blender 4.5.4 LTS (hash b3efe983cc58 built 2025-10-28 14:22:47)",
        "Read blend: /job/out of reach.blend",
        "Info: Read library:  '/job/lib.blend', '//lib.blend', parent '<direct>'",
        " Time: 00:00.51 (Saving: 00:00.06)",
        "Error: Not freed memory blocks: 15989, total unfreed memory 5.319447 MB",
        "libpng warning: iCCP: known incorrect sRGB profile",
        "OIIO DEBUG: Don't know what to do with true cycles.passes.0.lightgroup",
        "ALSA lib confmisc.c:855:(parse_card) cannot find card '0'",
        "AL lib: (EE) ALCplaybackOSS_open: Could not open /dev/dsp: No such file or directory",
        "Failed to create secure directory (/run/user/1000/pulse): No such file or directory",
        "I1228 21:50:46.784168 25452 device.cpp:55] HIPEW initialization failed: Error opening HIP",
        ":3:hip_event.cpp :153 : 0365 us: [pid:1 tid:0x7f] hipEventQuery: Returned hipErrorNotReady",
        "Color management: Error could not find role data role.",
        "libGL error: MESA-LOADER: failed to open iris: iris_dri.so: cannot open shared object file",
        "libEGL warning: failed to open /dev/dri/card0: Permission denied",
        "jack server is not running or cannot be started",
        "error: XDG_RUNTIME_DIR not set in the environment.",
        "Finished baking: 0 errors, 0 warnings",
        "Fra:1 Mem:9.0M | Out of memory, Crash | Synchronizing object | Error: cube",
        "Fra:1 Mem:9.0M | Scene, ViewLayer | Updating Images | Loading CUDA error.png",
        '00:00.691  blend            | Read blend: "/jobs/out of memory/Error: a.blend"',
        "Info: Read library:  '/jobs/missing library/lib.blend', '//lib.blend', parent '<direct>'",
        "This program is free software; see its license for details",
        "Color management: using fallback mode for management",
        'skipping existing frame "/out/.framecrew/1.1/.making/main/f0004.png"',
        "Fra:1 Mem:9.0M | Loading render kernels (may take a few minutes the first time)",
    ],
)
def test_ordinary_lines_are_no_complaints(line: str) -> None:
    assert verdict(line) is None


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("Sample 0/64", 0.0),
        ("Sample 16/64", 25.0),
        ("Sample 64/64", 100.0),
        ("Path Tracing Sample 3/128", 2.3),
        ("Path Tracing Tile 27/135", 20.0),
        ("Path Tracing Tile 1/1, Sample 10/100", 10.0),
        ("Rendered 1/64 Tiles, Denoised 0 tiles", 1.6),
        ("Rendered 0/4 Tiles, Sample 1/8", 3.1),
        ("Rendered 1/4 Tiles, Sample 8/8", 25.0),
        ("Rendered 4/4 Tiles, Sample 8/8", 100.0),
        ("Rendering 26 / 64 samples", 40.6),
        ("Rendering 70 / 64 samples", 100.0),
        ("Part 16-64", 25.0),
    ],
)
def test_a_percentage_is_worked_out_of_samples_tiles_and_parts(
    text: str, percent: float
) -> None:
    assert FramePercent(percent=percent) in read(f"Fra:1 Mem:1M | Scene, ViewLayer | {text}")


@pytest.mark.parametrize(
    "text",
    ["Updating Scene BVH | Building BVH 50%", "Compositing | Tile 1-4", "Updating Mesh 171/2"],
)
def test_what_comes_before_and_after_sampling_is_no_percentage(text: str) -> None:
    found = read(f"Fra:1 Mem:1M | Scene, ViewLayer | {text}")

    assert found == [FrameBegun(frame=1)]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("Saved: '/o/f_0001.png'", "/o/f_0001.png"),
        ("Saved: /p/image_0001.exr", "/p/image_0001.exr"),
        (r"Saved: 'C:\my out\f 0001.png'", r"C:\my out\f 0001.png"),
        (r"Saved: ..\data\f.png'", r"..\data\f.png"),
        ("Saved: /o/f_0001.png Time: 00:04.67 (Saving: 00:00.22)", "/o/f_0001.png"),
        ("Saved: '/o/it's/f_0001.png'", "/o/it's/f_0001.png"),
        ("Saved: '/o/f0001'", "/o/f0001"),
        ("00:01.532  render           | Saved: '/o/f_0001.png'", "/o/f_0001.png"),
        ("OIIO DEBUG trueSaved: '/o/f_0001.png'", "/o/f_0001.png"),
        ("Saved: '/o/ünï 字_0001.webp'", "/o/ünï 字_0001.webp"),
    ],
)
def test_a_written_file_is_understood_in_every_spelling(line: str, path: str) -> None:
    assert read(line) == [FileWritten(path=path)]


@pytest.mark.parametrize(
    "line",
    [
        "Saved: '/jobs/No space left on device/Error: f_0001.png'",
        "Saved: '/jobs/it's out of memory/f_0001.png'",
        "Saved: /jobs/Error:/f_0001.png",
        r"00:01.532  render           | Saved: 'D:\Segmentation fault\f_0001.png'",
    ],
)
def test_a_file_may_be_called_anything(line: str) -> None:
    (written,) = read(line)

    assert isinstance(written, FileWritten)


def test_what_is_glued_to_a_name_is_still_read() -> None:
    line = "Saved: '/o/f_0001.png'Error: Out of memory in cuMemAlloc(&device_pointer, size)"

    assert verdict(line) == ("fatal", "out_of_memory")


def test_a_cause_behind_cancel_is_read() -> None:
    line = "Fra:7 Mem:1.0M | Scene, ViewLayer | Cancel | Out of memory in cuMemAlloc(&p, size)"

    assert verdict(line) == ("fatal", "out_of_memory")


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        ("Fra:80 Mem:1333.02M", 80),
        ("Fra:-5 Mem:1333.02M", -5),
        ("00:01.021  render           | Fra: 1 | Mem: 1039M", 1),
        ("00:01.021  render           | Rendering frame 12", 12),
    ],
)
def test_a_frame_begins_in_every_spelling(line: str, frame: int) -> None:
    assert read(line) == [FrameBegun(frame=frame)]


@pytest.mark.parametrize(
    "line", ["Append frame 7", "00:01.931  render           | Video append frame 7"]
)
def test_a_frame_of_a_film_is_claimed_without_a_file(line: str) -> None:
    assert read(line) == [FrameClaimed(frame=7)]


def test_a_failed_handler_spoils_its_frame_and_not_the_session() -> None:
    found = read(
        "Traceback (most recent call last):",
        '  File "/job/badscript.blend/init.py", line 4, in pre',
        "RuntimeError: handler failed on frame 3",
    )

    assert [one.severity for one in found if isinstance(one, Complaint)] == [Severity.ERROR]


def test_a_failed_script_of_the_start_spoils_everything() -> None:
    found = read(
        "Error: Python: Traceback (most recent call last):",
        '  File "/job/bad.py", line 3, in <module>',
        "ValueError: the script failed",
    )

    assert found == [
        Complaint(
            text='ValueError: the script failed (file "/job/bad.py", line 3, in <module>)',
            severity=Severity.FATAL,
            kind=FailureKind.SCRIPT_ERROR,
        )
    ]


def test_every_row_means_the_same_whatever_the_digits_are() -> None:
    """The reader remembers lines by their shape; see `Rules`."""
    for row in LINES:
        bare = row.pattern.replace(r"\d", "")
        for quantifier in ("{0,3}", "{0,5}", "{0,6}", "{1,4}", "{2,5}", "{4}", "{6,}"):
            bare = bare.replace(quantifier, "")
        assert not any(letter.isdigit() for letter in bare), row.pattern


def test_an_ordinary_frame_line_is_matched_once_per_shape() -> None:
    """A scene of a million lines differs in its digits alone: no row is searched for again."""
    reader = RuleReader(RULES)
    line = "Fra:{:04d} Mem:11.40M (Peak 11.66M) | Scene, ViewLayer | Sample {:04d}/4096"
    reader.read(line.format(1, 1))
    before = len(RULES._known)

    for number in range(2, 500):
        reader.read(line.format(number, number))

    assert len(RULES._known) == before
