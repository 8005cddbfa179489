import { render } from "preact";
import { App } from "./app";
import { begin } from "./state/queue";
import { words } from "./words";
import "./style/tokens.css";
import "./style/ground.css";
import "./style/controls.css";
import "./style/shell.css";
import "./style/queue.css";
import "./style/job.css";
import "./style/log.css";
import "./style/film.css";
import "./style/new.css";
import "./style/machine.css";

document.title = words.title;
const page = document.getElementById("page");
if (page !== null) render(<App />, page);
void begin();
