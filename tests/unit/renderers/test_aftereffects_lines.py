"""aerender's lines, by their shape: languages, locales, cut and glued lines, misleading names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecrew.model.failures import FailureKind
from framecrew.renderers.aftereffects_lines import AerenderReader
from framecrew.renderers.contract import (
    Complaint,
    EndSeen,
    FileWritten,
    FrameCounted,
    Reading,
    Severity,
)


def read(*lines: str) -> list[Reading]:
    reader = AerenderReader()
    return [reading for line in lines for reading in reader.read(line)]


def counts(*lines: str) -> list[int]:
    return [one.count for one in read(*lines) if isinstance(one, FrameCounted)]


def complaints(*lines: str) -> list[tuple[Severity, FailureKind]]:
    return [(one.severity, one.kind) for one in read(*lines) if isinstance(one, Complaint)]


@pytest.mark.parametrize(
    "line",
    [
        "PROGRESS:  0:00:00:11 (12): 0 Seconds",
        "PROGRESS:  0;00;00;11 (12): 1 Seconds",
        "PROGRESS:  11 (12): 0 Seconds",
        "PROGRESS:  00011 (12): 0 Seconds",
        "PROGRESS:  0000+11 (12): 0 Seconds",
        "PROGRESS:  0:00:00:11 (12): 0,35 Sekunden",
        "PROGRESS:  0:00:00:11 (12)\u00a0: 0 secondes",
        "PROGRESS:  0:00:00:11 (12): 0 segundos",
        "PROGRESS:  0:00:00:11 (12): 0 \u79d2",
        "PROGRESS:  0:00:00:11 (12): 0 \ufffdb",
        "PROGRESS:  0:00:00:11 (12): 0 \ufffd\ufffd",
        "PROGRESS:  0:00:00:11 (12)\ufffd: 0 secondes",
        "PROGRESS:  11 \uff0812\uff09\uff1a0 \u79d2",
        "PROGRESS:  0:00:00:11 (12): 0 \ucd08",
        "PROGRESS:  0:00:00:11 (12U): 0 Seconds",
        "PROGRESS:  0:00:00:11 (12 L): 0 Seconds",
        "PROGRESS:  -0:00:00:11 (12): 0 Seconds",
        "PROGRESS:  0:00:00:11 (12): 1 Min, 2 Sec",
        "  0:00:00:11 (12): 0 Seconds",
        "2024-01-02 10:00:00 PROGRESS:  0:00:00:11 (12): 0 Seconds",
        "STDOUT: PROGRESS:  0:00:00:11 (12): 0 Seconds\r",
    ],
)
def test_a_frame_is_counted_in_every_language_and_time_display(line: str) -> None:
    assert counts(line) == [12]


@pytest.mark.parametrize(
    "line",
    [
        "PROGRESS:  Duration: 0:00:02:01 (49)",
        "PROGRESS:  Frame Rate: 24.00 (comp)",
        "PROGRESS:  Bildrate: 25,00 (Komp.)",
        "PROGRESS:  Start: 0:00:00:00",
        "PROGRESS:  Size: 1920 x 1080",
        "PROGRESS:  Field Render (0): Off",
        "PROGRESS:  Total Time Elapsed: 17 Seconds",
        "PROGRESS:  4/7/19 3:01:44 AM EDT: Starting composition \u201cshot (3): 5 Seconds\u201d.",
        'PROGRESS:  4/7/2019 3:01:44: Starting composition "0:00:00:01 (2): 1 Seconds".',
        "PROGRESS: Launching After Effects...",
        "aerender version 25.6x101",
        "",
    ],
)
def test_headers_and_names_are_no_frames(line: str) -> None:
    assert counts(line) == []


def test_lines_that_lost_their_ends_are_read_to_the_last_record() -> None:
    line = "  ".join(f"0:00:00:{n - 1:02} ({n}): 0 Seconds" for n in range(1, 25))
    assert counts(f"PROGRESS:  {line}") == list(range(1, 25))


@given(
    count=st.integers(1, 10**6),
    seconds=st.integers(0, 10**5),
    time=st.sampled_from(["0:00:10:03", "1;34;40;09", "1042", "0012+07"]),
    word=st.sampled_from(["Seconds", "Sekunden", "secondes", "\u79d2", "\ucd08"]),
)
def test_any_counter_is_read_as_it_stands(
    count: int, seconds: int, time: str, word: str
) -> None:
    assert counts(f"PROGRESS:  {time} ({count}): {seconds} {word}") == [count]


@given(
    name=st.text(
        st.characters(
            exclude_categories=["Cs", "Cc"],
            exclude_characters='"\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d',
        )
    )
)
def test_a_composition_may_be_called_anything(name: str) -> None:
    start = f'PROGRESS:  2/1/2024 10:00:00 AM: Starting composition "{name}".'
    readings = read(start)
    assert not [one for one in readings if isinstance(one, (FrameCounted, EndSeen))]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("4/7/19 3:01:44 AM EDT: Starting composition “A”.", "4/7/19 3:02:44 AM EDT: Finished composition “A”."),
        ("07.04.2019 03:01:44: Komposition „A“ wird gestartet.", "07.04.2019 03:02:44: Komposition „A“ beendet."),
        ("07/04/2019 03:01:44 : Début de la composition « A ».", "07/04/2019 03:02:44 : Fin de la composition « A »."),
        ("2019/04/07 3:01:44: コンポジション「A」を開始しています。", "2019/04/07 3:02:44: 「A」が完了しました。"),
        ("2019-04-07 3:01:44: 正在开始合成“A”。", "2019-04-07 3:02:44: 完成合成“A”。"),
        ("2019. 4. 7. 오전 3:01:44: “A” 컴포지션 시작 중", "2019. 4. 7. 오전 3:02:44: “A” 컴포지션 완료"),
        ("15/03/2022 19:28:47 GMT+2: Xyz abc “A”.", "15/03/2022 19:29:47 GMT+2: Uvw def “A”."),
        ("3/1/26, 10:00:09\u202fAM GMT+1: Xyz “A”.", "3/1/26, 10:01:09\u202fAM GMT+1: Uvw “A”."),
        ("1.3.2026 klo 10.00.09: Xyz “A”.", "1.3.2026 klo 10.01.09: Uvw “A”."),
        ("1. März 2026 um 10:00:09 MEZ: Xyz “A”.", "1. März 2026 um 10:01:09 MEZ: Uvw “A”."),
        ("Mar 1, 2026 at 10:00:09 AM GMT+1: Xyz “A”.", "Mar 1, 2026 at 10:01:09 AM GMT+1: Uvw “A”."),
        ("Sunday, March 1, 2026 10:00:09 AM: Xyz “A”.", "Sunday, March 1, 2026 10:01:09 AM: Uvw “A”."),
        ("2026/03/01 (日) 10:00:09: Xyz “A”.", "2026/03/01 (日) 10:01:09: Uvw “A”."),
        ("01-Mar-26 10:00:09 AM: Xyz “A”.", "01-Mar-26 10:01:09 AM: Uvw “A”."),
    ],
)  # fmt: skip
def test_the_end_of_a_composition_is_known_without_its_words(start: str, end: str) -> None:
    frame = "PROGRESS:  0:00:00:00 (1): 0 Seconds"
    before = read(f"PROGRESS:  {start}", frame)
    after = read(f"PROGRESS:  {start}", frame, f"PROGRESS:  {end}")
    assert not [one for one in before if isinstance(one, EndSeen)]
    assert [one for one in after if isinstance(one, EndSeen)]


def test_a_second_dated_line_before_any_frame_is_no_end() -> None:
    line = "PROGRESS:  4/7/2019 3:01:44 AM: Something else"
    assert not [one for one in read(line, line) if isinstance(one, EndSeen)]


def test_where_the_output_goes_is_told_as_it_is_printed() -> None:
    path = r"D:\Renders\Größe (2)\shot A_[#####].png"
    (written,) = read(f"PROGRESS:  Output To: {path}")
    assert written == FileWritten(path=path)
    glued = read(f"  Output To: {path}  Format: PNG Sequence  Output Info: -")
    assert FileWritten(path=path) in glued


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("aerender ERROR: No comp was found with the given name.", "bad_request"),
        ("aerender SYNTAX ERROR: Illegal argument flag: -reuse", "bad_request"),
        ("SYNTAX ERROR: no value given for flag: -mem_usage aerender SYNTAX ERROR", "bad_request"),
        ("aerender Error: Unable to obtain a license.", "licence"),
        ("Invalid Serial Number", "licence"),
        ("aerender ERROR: After Effects is not licensed", "licence"),
        ("aerender ERROR: 5 is not a valid index for a render queue item.", "bad_request"),
        ("aerender ERROR: No output file was specified for the render queue item.", "bad_request"),
        ('After Effects error: file "shot.aep" is damaged. (33 :: 5)', "bad_scene"),
        ("aerender ERROR: An existing connection was forcibly closed by the remote host.", "crash"),
        ("aerender ERROR -1701: AEGetParamPt failed at line 894", "crash"),
        ("aerender ERROR: AEsend failed to send apple event", "crash"),
        ("error: internal verification failure, sorry! {unexpected}", "crash"),
        ("WARNING:After Effects warning: An output module failed. The file may be damaged or corrupted.", "bad_output"),
        ("After Effects error: The name of an output module is already in use.", "output_not_writable"),
        ("After Effects error: Could not read from source. Please check the settings.", "missing_asset"),
        ("After Effects error: file “clouds.mov” cannot be found.", "missing_asset"),
        ("After Effects error: this project was created with a newer version of After Effects", "bad_scene"),
        ("aerender ERROR: After Effects can not render for aerender. Another instance may be running", "busy_instance"),
        ("After Effects error: Out of memory. (7200k requested)", "out_of_memory"),
        ("After Effects error: overflow converting ratio denominators ( 17 :: 19 )", "unknown"),
        ("aerender ERROR: something never seen before", "unknown"),
        ("aerender ERROR Une connexion existante a d\ufffd \ufffdtre ferm\ufffde par l'h\ufffdte distant.", "unknown"),
        ("After Effects-Fehler: irgendetwas", "unknown"),
        ("Erreur After Effects\u00a0: quelque chose", "unknown"),
        ("Errore di After Effects: qualcosa", "unknown"),
        ("Error de After Effects: algo", "unknown"),
        ("Ошибка After Effects: что-то", "unknown"),
        ("After Effects エラー: 何か", "unknown"),
        ("After Effects 오류: 무언가", "unknown"),
        ("After Effects 错误: 文件数据丢失", "unknown"),
        ("After Effects \ufffd\ufffd\ufffd\ufffd: \ufffd\ufffd", "unknown"),
        ("WARNING:After Effects warning: logged 10 errors, please check log.", "unknown"),
        ('WARNING:Aviso do After Effects: registrado um erro "Erro do After Effects: algo"', "unknown"),
        ("After Effects error: Unable to Render: File Not Found footage/a.png", "missing_asset"),
        ("aerender ERROR: Specified render queue item needs output file but none provided.", "bad_request"),
        ("aerender ERROR: Can not open script file. Make sure path is correct: a.jsx", "script_error"),
        ("INFO: Render aborted.", "crash"),
        ("aerender ERROR: After Effects error: Error at line 1 in property 'Opacity'", "unknown"),
        ("WARNING:After Effects warning: logged one error: expression disabled", "unknown"),
    ],
)  # fmt: skip
def test_what_must_fail_a_run_does_and_is_named(line: str, kind: str) -> None:
    assert complaints(line) == [(Severity.FATAL, FailureKind(kind))]


@pytest.mark.parametrize(
    "line",
    [
        'Using DXGI: Device: "NVIDIA" has dedicated video RAM (MB): 6052',
        'LoadLibrary "nvapi64.dll" failed! error',
        "NVAPI error: 5",
        "GPU Warning: GPU3 failed (previous) sanity test",
        "Unable to read VR Path Registry from C:/x",
        "ERROR: IVCAutoReleasePool: Object just leaking",
        "GL_VERS: 32Prog Error: 1280",
        "After Effects error: auto-save could not be written",
    ],
)
def test_harmless_lines_are_no_complaints(line: str) -> None:
    assert complaints(line) == []


@pytest.mark.parametrize(
    "line",
    [
        'INFO:File "shot.aep" is read-only',
        "INFO:Media cache: not enough memory",
        "WARNING:After Effects warning: expression disabled. Error at line 1 in property 'no license'",
        "WARNING:XMP metadata could not be written to the output file.",
    ],
)
def test_what_stops_nothing_is_at_most_a_warning(line: str) -> None:
    assert [severity for severity, _kind in complaints(line)] == [Severity.WARNING]


@pytest.mark.parametrize(
    "line",
    [
        "PROGRESS:  Output To: D:\\disk full\\missing footage_[####].png",
        "PROGRESS:  Output Module: missing effect",
        "PROGRESS:  3/1/2026 10:00:09 AM: Finished composition “Error: out of memory”.",
        "  Render Settings: No valid license",
        "  3/1/2026 10:00:09 AM: Finished composition “After Effects error: out of memory”.",
        "Running Script: D:\\access denied\\a.jsx",
        'Adobe After Effects v24.6 Windows 64 render log for project "read-only.aep"',
    ],
)
def test_a_project_and_all_in_it_may_be_called_anything(line: str) -> None:
    assert complaints(line) == []


def test_a_complaint_that_lost_the_line_end_before_it_is_read() -> None:
    line = "PROGRESS:  0:00:00:00 (1): 0 Secondsaerender ERROR: No comp was found."

    assert counts(line) == [1]
    assert complaints(line) == [(Severity.FATAL, FailureKind.BAD_REQUEST)]


def test_missing_fonts_and_effects_are_warnings_with_their_names() -> None:
    readings = read(
        "WARNING:After Effects warning: Project has missing fonts.",
        "INFO:This project contains a reference to a missing effect. (BCC Blur)",
        "The following layer dependencies are missing:",
        "Text Layer: Bebas Neue Bold",
        "PROGRESS:  0:00:00:00 (1): 0 Seconds",
    )
    told = [one for one in readings if isinstance(one, Complaint)]
    assert {one.severity for one in told} == {Severity.WARNING}
    assert "Text Layer: Bebas Neue Bold" in [one.text for one in told]


def test_missing_footage_that_is_allowed_only_warns() -> None:
    reader = AerenderReader(missing_footage_is_fine=True)
    (told,) = reader.read("After Effects error: Could not read from source.")
    assert isinstance(told, Complaint)
    assert told.severity is Severity.WARNING
