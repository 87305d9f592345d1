// One entry point; each module finds its own elements by data attribute, also those that htmx brings later.
import "./dialogs.js";
import "./menus.js";
import "./toasts.js";
import "./sidebar.js";
import "./shortcuts.js";
import "./palette.js";
import "./copy.js";
import "./tables.js";
import "./forms.js";
import "./picker.js";
import "./lines.js";
import "./activities.js";
import "./filters.js";
import "./lists.js";
import "./cells.js";
import "./reorder.js";
import "./deal-lines.js";
