// Where one types: words, pictures, the place; and corrections of what was said.
import { post, upload } from "./requests.js";
import { showWindow } from "./windows.js";

const LARGEST = 10 * 1024 * 1024;
const MOST_PICTURES = 10;

export function composerIn(form, who, name) {
  const composer = { form, who, text: form.querySelector("textarea"), editing: null, edit: (message) => edit(composer, message) };
  nameParts(form, name);
  form.addEventListener("submit", (event) => { event.preventDefault(); send(composer); });
  composer.text.addEventListener("keydown", (event) => sendOnEnter(composer, event));
  form.querySelector("[data-act=cancel]").addEventListener("click", () => composer.edit(null));
  form.querySelector("[data-act=place]").addEventListener("click", () => post("place", { who }));
  const input = form.querySelector("input");
  input.addEventListener("change", () => sendPictures(composer, input));
  return composer;
}

function nameParts(form, name) {
  const names = { textarea: "说", input: "发照片", "[data-act=place]": "发位置", ".main": "发送" };
  for (const [part, act] of Object.entries(names)) form.querySelector(part).setAttribute("aria-label", `${name}${act}`);
}

// takes up a message of one's own to correct it; null gives it up
function edit(composer, message) {
  composer.editing = message;
  composer.form.querySelector(".editing").hidden = !message;
  composer.text.value = message ? message.text : "";
  composer.text.focus({ preventScroll: true });
}

async function send({ who, text, editing, edit: take }) {
  if (!text.value.trim()) return;
  const sent = editing
    ? await post("edit", { who, message: editing.id, text: text.value })
    : await post("say", { who, text: text.value });
  if (sent) take(null);
}

function sendOnEnter({ form }, event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
}

// several pictures at once are an album; the words that stand there go with the first
async function sendPictures({ who, text }, input) {
  const files = [...input.files].slice(0, MOST_PICTURES);
  const album = files.length > 1 ? crypto.randomUUID() : "";
  let caption = text.value.trim();
  text.value = "";
  for (const file of files) {
    if (file.size > LARGEST) showWindow("这张照片太大了，请选 10 MB 以内的。");
    else await upload(who, file, { caption, album });
    caption = "";
  }
  input.value = "";
}
