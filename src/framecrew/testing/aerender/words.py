"""The words of a render log in five languages.

Seen in real logs or read by other programs: all of English; of German `Anfang`, `Dauer`,
`Komposition … beendet`; of French `fin de la composition`; of Japanese the start, the end and
`デュレーション : `. All else is a guess, good for one thing: that nothing depends on it.
"""

from typing import NamedTuple


class Words(NamedTuple):
    starting: str
    finished: str
    start: str
    end: str
    duration: str
    frame_rate: str
    render_settings: str
    output_module: str
    output_to: str
    format: str
    seconds: str
    total: str
    minutes: str
    hours: str
    comma: str
    """Between whole and decimal places."""
    date: str
    """A date and time, from the parts that `grammar.now` names."""
    warning: str
    colon: str = ": "


WORDS = {
    "en": Words(
        starting="Starting composition {name}.",
        finished="Finished composition {name}.",
        start="Start",
        end="End",
        duration="Duration",
        frame_rate="Frame Rate",
        render_settings="Render Settings",
        output_module="Output Module",
        output_to="Output To",
        format="Format",
        seconds="Seconds",
        total="Total Time Elapsed",
        minutes="Min",
        hours="Hr",
        comma=".",
        date="{month}/{day}/{year} {hour12}:{minute:02}:{second:02} {half}",
        warning="After Effects warning",
    ),
    "de": Words(
        starting="Komposition {name} gestartet.",
        finished="Komposition {name} beendet.",
        start="Anfang",
        end="Ende",
        duration="Dauer",
        frame_rate="Framerate",
        render_settings="Rendereinstellungen",
        output_module="Ausgabemodul",
        output_to="Ausgabe in",
        format="Format",
        seconds="Sekunden",
        total="Verstrichene Gesamtzeit",
        minutes="Min.",
        hours="Std.",
        comma=",",
        date="{day:02}.{month:02}.{year} {hour:02}:{minute:02}:{second:02}",
        warning="After Effects Warnung",
    ),
    "fr": Words(
        starting="début de la composition {name}.",
        finished="fin de la composition {name}.",
        start="Début",
        end="Fin",
        duration="Durée",
        frame_rate="Cadence",
        render_settings="Paramètres de rendu",
        output_module="Module de sortie",
        output_to="Sortie vers",
        format="Format",
        seconds="secondes",
        total="Temps total écoulé",
        minutes="min",
        hours="h",
        comma=",",
        date="{day:02}/{month:02}/{year} {hour:02}:{minute:02}:{second:02}",
        warning="Avertissement After Effects",
        colon=" : ",
    ),
    "es": Words(
        starting="Iniciando composición {name}.",
        finished="Composición {name} finalizada.",
        start="Inicio",
        end="Fin",
        duration="Duración",
        frame_rate="Velocidad de fotogramas",
        render_settings="Ajustes de procesamiento",
        output_module="Módulo de salida",
        output_to="Salida a",
        format="Formato",
        seconds="segundos",
        total="Tiempo total transcurrido",
        minutes="min",
        hours="h",
        comma=",",
        date="{day:02}/{month:02}/{year} {hour:02}:{minute:02}:{second:02}",
        warning="Advertencia de After Effects",
    ),
    "ja": Words(
        starting="コンポジション{name}の開始",
        finished="コンポジション{name}の終了",
        start="開始",
        end="終了",
        duration="デュレーション",
        frame_rate="フレームレート",
        render_settings="レンダリング設定",
        output_module="出力モジュール",
        output_to="出力先",
        format="形式",
        seconds="秒",
        total="合計経過時間",
        minutes="分",
        hours="時間",
        comma=".",
        date="{year}/{month:02}/{day:02} {hour}:{minute:02}:{second:02}",
        warning="After Effects 警告",
        colon=" : ",
    ),
}
