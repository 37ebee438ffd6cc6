// What every page needs. Pages work without it; it only spares steps.

import { keepClocksTicking } from "./clock.js";
import { closeMenusFromOutside } from "./menu.js";
import { addPasswordToggles } from "./password.js";
import { addCopyButtons } from "./copy.js";
import { refuseSecondSubmit } from "./submit.js";
import { focusErrorSummary, leaveJudgingToTheServer } from "./errors.js";

keepClocksTicking(document);
closeMenusFromOutside(document);
addPasswordToggles(document);
addCopyButtons(document);
refuseSecondSubmit(document);
leaveJudgingToTheServer(document);
focusErrorSummary(document);
