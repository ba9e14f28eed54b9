// Adds to the pages what needs a script; without it they work, but stand still.

import { keepLive } from "./live.js";
import { nameLines, nameLinesAgain } from "./lines.js";

keepLive(nameLinesAgain);
nameLines();
