// Removing an upload, or forgetting what is kept of a song of the folder.

import { sure } from "./dialogs.js";
import { library } from "./library.js";
import { notice, trying } from "./notices.js";
import { dropLeftOver } from "./saving.js";

/** Ask, and do it. */
export async function forget({ row }) {
  const uploaded = row.where === "upload";
  const text = uploaded
    ? `“${row.name}” and its labels will be removed from earmark. Your own file stays where it is.`
    : `The labels of “${row.name}” that earmark keeps will be forgotten. The song and label files beside it stay as they are, and these are not read again.`;
  if (!(await sure(uploaded ? "Remove this song?" : "Forget these labels?", text, uploaded ? "Remove" : "Forget"))) return;
  await trying(async () => {
    await library.forget(row.id);
    dropLeftOver(row);
    if (uploaded) library.drop(row.id);
    location.hash = "#/";
    notice(uploaded ? `${row.name} was removed.` : `The labels of ${row.name} were forgotten.`);
  });
}
