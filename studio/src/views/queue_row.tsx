/** One job as a line of the queue. */
import { Component, type CSSProperties } from "preact";
import type { JobRow } from "../api/answers";
import { count, moment, percent, plain, range } from "../model/format";
import { Icon } from "../parts/icon";
import { Bar, StatusPill } from "../parts/status";
import { address } from "../state/route";
import { words } from "../words";

interface Props {
  row: JobRow;
  index: number;
  style: CSSProperties;
  isChosen: boolean;
  isCursor: boolean;
  canMove: boolean;
  onPress: (event: MouseEvent, index: number) => void;
  onTick: (index: number) => void;
  onMenu: (event: MouseEvent, index: number) => void;
  onGrip: (event: PointerEvent, index: number) => void;
}

/**
 * Drawn again only where something of it has changed. Without the `memo` of `preact/compat`, which
 * makes every `change` of a field an `input`: lists and variables could not be typed any more.
 */
export class QueueRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const now = this.props;
    return !(
      now.row === next.row &&
      now.index === next.index &&
      now.isChosen === next.isChosen &&
      now.isCursor === next.isCursor &&
      now.canMove === next.canMove &&
      now.style.transform === next.style.transform
    );
  }

  override render(props: Props) {
    const { row, index, style } = props;
    return (
      <div
        id={`job-${row.id}`}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={props.isChosen}
        class={`line ${props.isCursor ? "cursor" : ""}`}
        style={style}
        onClick={(event) => props.onPress(event, index)}
        onDblClick={() => {
          location.hash = address({ view: "job", job: row.id, tab: "frames" });
        }}
        onContextMenu={(event) => props.onMenu(event, index)}
      >
        <span role="gridcell" class="tick">
          <input
            type="checkbox"
            tabIndex={-1}
            checked={props.isChosen}
            aria-label={words.chooseJob(row.id)}
            onClick={(event) => {
              event.stopPropagation();
              props.onTick(index);
            }}
          />
        </span>
        <span
          role="gridcell"
          class="grip"
          onPointerDown={(event) => props.onGrip(event, index)}
        >
          {props.canMove && <Icon name="grip" />}
        </span>
        <span role="gridcell" class="right faint">{row.id}</span>
        <span role="gridcell" class="name">
          <a tabIndex={-1} href={address({ view: "job", job: row.id, tab: "frames" })} class="clip">
            {plain(row.name)}
          </a>
          {row.note !== "" && <span class="note clip">{plain(row.note)}</span>}
        </span>
        <span role="gridcell"><StatusPill row={row} /></span>
        <span role="gridcell" class="progress">
          <Bar part={row.progress} tone={row.status} label={words.progressOf(row.name)} />
          <span class="right">{percent(row.progress)}</span>
        </span>
        <span role="gridcell" class="right">
          {count(row.done)}<span class="faint"> / {count(row.total)}</span>
          {row.lost > 0 && <span class="lost" title={words.lost(row.lost)}> −{count(row.lost)}</span>}
        </span>
        <span role="gridcell" class="right">
          {row.eta === null ? "" : range(row.eta.soonest, row.eta.latest)}
        </span>
        <span role="gridcell" class="right">{row.slots === 0 ? "" : `${row.slots} × ${row.threads}`}</span>
        <span role="gridcell" class="right">{row.priority}</span>
        <span role="gridcell" class="soft clip">{row.renderer}</span>
        <span role="gridcell" class="soft right">{moment(row.submitted)}</span>
      </div>
    );
  }
}
