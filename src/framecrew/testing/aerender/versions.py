"""Which After Effects it pretends to be, and what differs from one to the next."""

from functools import total_ordering

NEWEST = "25.6"
BUILDS = {
    "13.5": 347,
    "16.1": 204,
    "16.1.3": 5,
    "17.0.5": 16,
    "17.1.1": 34,
    "24.2.1": 2,
    "25.6": 101,
}
"""Build numbers seen in real logs; other versions get `ANY_BUILD`."""
ANY_BUILD = 52

WINDOWS, MAC = "windows", "mac"
SYSTEMS = {WINDOWS: "Windows 64", MAC: "Macintosh 64"}


@total_ordering
class Version:
    """`25.6`, as printed with its build: `25.6x101`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.numbers = tuple(int(part) for part in text.split("."))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.numbers == other.numbers

    def __lt__(self, other: "Version") -> bool:
        return self.numbers < other.numbers

    def __hash__(self) -> int:
        return hash(self.numbers)

    @property
    def major(self) -> int:
        return self.numbers[0]

    @property
    def with_build(self) -> str:
        return f"{self.text}x{BUILDS.get(self.text, ANY_BUILD)}"

    @property
    def renders_many_frames(self) -> bool:
        """Multi-frame rendering came with 22.0 (2022), and with it the flag `-mfr`."""
        return self.major >= 22

    @property
    def overrides_settings(self) -> bool:
        """`-renderSettings` and `-outputSettings` are in the help of 2023."""
        return self.major >= 23

    @property
    def launcher_speaks_last(self) -> bool:
        """In logs of 16 and 17 the launcher's lines stand after all others: it buffers."""
        return self.major in {16, 17}

    def reuses(self, system: str) -> bool:
        """22 and 23 on macOS refuse `-reuse`."""
        return not (system == MAC and self.major in {22, 23})
