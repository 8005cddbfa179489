"""A stand-in for After Effects' `aerender`: a real program with its arguments, its log and its
files, that goes wrong on demand.

    python -m framecrew.testing.aerender -project shot.aep -comp Main -output "f_[####].png"

It starts After Effects (a process of its own) and passes on what that prints; `docs/testing.md`
says what of it is documented, what was seen in logs, and what is a guess.

A project is a `.aep` file that holds JSON; every key may be left out:

    name, first, last, width, height, fps, audio, seconds
                        of its only comp ("Main", 1, 10, 64, 36, "24", false, 0): `first` is the
                        number its first frame shows, `fps` a rational as text, `seconds` what a
                        frame takes: a number, a list of numbers, or {"from": 0.1, "to": 0.5}
    comps               a list of comps with these keys, instead
    queue               the render queue: a list of items with comp, output, output_module,
                        render_settings, first, last, status ("queued")
    output_modules      more output modules, by name: {"format", "alpha", "audio", "start_frame",
                        "arguments"}; format is png, tiff, exr, jpeg, a codec (h264, hevc,
                        prores-422, prores-4444, dnxhr, vp9, ffv1, raw), or sound alone (aiff,
                        wav, mp3); audio is pcm, aac or
                        none; with start_frame every run numbers its files from there;
                        arguments are more ones for ffmpeg
    default_module      the output module of an item that has none (else by the output's ending)
    render_settings     names of more render settings
    launch_seconds      what the launch takes (0)
    memory              bytes it holds from the start (0)
    version             which After Effects it is, whatever was installed ("25.6")
    saved_in            which one saved the project: a newer one's cannot be opened
    system              windows or mac
    language            en, de, fr, es, ja
    counts_frames       true: plain numbers instead of timecodes
    quotes              around a comp's name: two characters
    line_ends           lf, crlf or cr
    encoding            of what it prints ("utf-8"; "cp932" is what Japanese Windows has)
    errors_to_stderr    true: errors leave on standard error
    launcher_speaks_last  true: the launcher's lines come at the end (16 and 17)
    mfr, mfr_frames     what the preferences say of multi-frame rendering from 22 on (true, 4): so
                        many frames, or the share of them that `-mfr` gives, are in work
                        together and take the time of the dearest
    collision           {"file", "seconds"}: starts closer together than that find After Effects
                        busy
    starts              a file that gets a line of JSON for each start: arguments, pid,
                        after_effects (its pid), at, folder, environment, cpus
    environment         names of the variables that are told there
    ffmpeg              which ffmpeg encodes (else FFMPEG, else the one on PATH)
    ignores_terminate   true: After Effects does not leave when asked by SIGTERM
    seed, tally         of the dice, see below
    faults              a list of what goes wrong, see below

A fault is an object with a `kind`. With `frame` it strikes in that frame, else in all; with `at`
it strikes at `launch`, `open`, `frame` or `exit`; with `once` (a path) it strikes a single time
in all processes, and makes that file. With `chance` (0 to 1) dice decide: by chance alone, or, if
there is a `seed` (of the fault, of the project, or in FRAMECREW_AERENDER_SEED, which counts
most), the same way for the same fault and frame; with a `tally` (a folder) each new try throws
anew, and still as the seed says.

    At launch
    never_launched    leaves with 0 and no word
    apple_event       AEGetParamPt error -1701
    busy              "Another instance of aerender […] may be running"
    licence           prints `text`, and leaves; with `how` hang it stays

    When the project opens
    missing_fonts     warns of `names` and goes on
    missing_effects   tells `names` and goes on
    missing_footage   tells `names`; ends, unless -continueOnMissingFootage

    At `launch`, `open`, `frame` or `exit`
    crash             by `signal` (SIGKILL), or with `exit_code`, after a line of `text`
    hang              `how` is sleep or spin, after a line of `text`
    message           prints `text`, with `stderr` there; with `exit_code` it ends
    grandchild        starts a process that outlives it and ignores SIGTERM; its number is in
                      `pid_file`; with `holds_output` it keeps standard output open

    In a frame
    read_failure      "Could not read from source", and ends with 0
    output_failed     half a file, a WARNING that an output module failed, and ends with 0
    truncated         half a file is left; of a film, half of the film
    skip              no file, but its line
    black             a black picture
    wrong_size        a picture one pixel too wide
    slow_writer       half a file is there for `seconds`; of a film, its end comes late
    no_line, repeat   its line is missing; it is told twice
    long_line         prints a line of a megabyte
    bad_bytes         prints what is no UTF-8
    mute              says nothing from here on
    grow              takes `bytes` more

    Of the whole
    wrong_extension   writes files with the ending `to` (".avi"), whatever was asked
    no_end            never says that the composition is finished

Kinds that end it take an `exit_code`.
"""
