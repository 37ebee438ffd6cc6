// Keeps the open overview up to date: the stream says that figures have moved on, the fragment
// brings them. Nothing is computed here, so that the page and the API never disagree. What was known
// at a moment of the past does not move.

import "./choices.js";
import { keepUpToDate } from "./live.js";

const overview = document.getElementById("overview");
if (overview?.dataset.stream) {
  keepUpToDate(overview, { news: document.getElementById("overview-news") });
}
