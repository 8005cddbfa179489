/** A small chart of the last minutes; uPlot draws it. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Moment } from "../state/machine";
import { instant } from "../model/format";
import { colour, colours } from "../state/theme";

const HEIGHT = 110;

interface Props {
  values: readonly Moment[];
  field: "cpu" | "memory";
  token: string;
  label: string;
}

export function Chart({ values, field, token, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const palette = colours.value;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const ink = colour(token);
    const axis = { stroke: colour("faint"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const mine = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 6, 0, 0],
        scales: { y: { range: [0, 100] } },
        axes: [
          { ...axis, space: 80, size: 22, values: (_plot, splits) => splits.map(instant) },
          { ...axis, size: 40, splits: () => [0, 50, 100], values: (_plot, splits) => splits.map((split) => `${split} %`) },
        ],
        series: [{}, { stroke: ink, width: 1.6, fill: ink.replace("rgb(", "rgba(").replace(")", ", 0.14)"), points: { show: false } }],
      },
      [[], []],
      element,
    );
    plot.current = mine;
    const watch = new ResizeObserver(() => mine.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      mine.destroy();
    };
  }, [palette, token]);
  useEffect(() => {
    plot.current?.setData([values.map((each) => each.at), values.map((each) => each[field])]);
  }, [values, palette]);
  const last = values.at(-1);
  return <div ref={box} role="img" aria-label={`${label}: ${Math.round(last?.[field] ?? 0)} %`} style={{ height: `${HEIGHT}px` }} />;
}
