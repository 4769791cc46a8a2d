// One phone: its chat, its composer, the word over a pressed button.
import { messageOf } from "./message.js";
import { post, upload } from "./requests.js";
import { showWindow } from "./windows.js";

const TOAST_MS = 5000;
const LARGEST = 10 * 1024 * 1024;
const ONE_BATCH_MS = 1500;

export function setUpPhone(section) {
  const who = section.id;
  const name = section.querySelector("h2").firstChild.textContent.trim();
  const parts = document.getElementById("phone-parts").content.cloneNode(true);
  const log = parts.querySelector(".log");
  const toast = parts.querySelector(".toast");
  const form = parts.querySelector("form");
  log.setAttribute("aria-label", `${name}的聊天`);
  form.querySelector("textarea").setAttribute("aria-label", `${name}说`);
  form.querySelector("input").setAttribute("aria-label", `${name}发照片`);
  form.querySelector("[data-act=place]").setAttribute("aria-label", `${name}发位置`);
  form.querySelector(".main").setAttribute("aria-label", `${name}发送`);
  const chips = section.querySelector(".chips");
  section.insertBefore(log, chips);
  section.insertBefore(toast, chips);
  section.append(form);
  const composer = setUpComposer(form, who);
  setUpChips(chips, who);
  section.addEventListener("click", () => { batch = 0; });
  section.addEventListener("submit", () => { batch = 0; });

  let shown = new Map();
  let pressed = null;
  let anchor = null;
  let batch = 0;

  function put(message) {
    const old = shown.get(message.id);
    const article = messageOf(message, { who, name, press, edit: composer.edit });
    shown.set(message.id, article);
    if (old) {
      old.replaceWith(article);
      article.classList.add("changed");
    } else {
      log.append(article);
      beginAt(article);
      if (!message.mine && toast.dataset.waiting) waitedFor();
    }
    return !old;
  }

  // what comes together is read from its beginning; whatever a person does begins anew
  function beginAt(article) {
    if (Date.now() - batch > ONE_BATCH_MS) anchor = article;
    batch = Date.now();
    settle();
  }

  function settle() {
    const end = log.scrollHeight - log.clientHeight;
    log.scrollTop = anchor?.isConnected ? Math.min(end, anchor.offsetTop - 12) : end;
  }

  function restart(messages) {
    log.replaceChildren();
    shown = new Map();
    messages.forEach(put);
    anchor = null;
    settle();
  }

  async function press(button, message, data) {
    pressed?.removeAttribute("aria-busy");
    pressed = button;
    button.setAttribute("aria-busy", "true");
    if (!(await post("press", { who, message, data }))) answer("", false);
  }

  function answer(text, alert) {
    pressed?.removeAttribute("aria-busy");
    pressed = null;
    if (text && alert) showWindow(text);
    else if (text) showToast(text);
  }

  // what takes a few seconds is announced; the next message from the program is it
  function awaits(text) {
    toast.textContent = text;
    toast.dataset.waiting = "yes";
  }

  function waitedFor() {
    toast.textContent = "";
    delete toast.dataset.waiting;
  }

  function showToast(text) {
    toast.textContent = text;
    setTimeout(() => { if (toast.textContent === text) toast.textContent = ""; }, TOAST_MS);
  }

  // a picture has no height before it is there, a hidden phone none at all
  log.addEventListener("load", settle, true);
  new ResizeObserver(settle).observe(log);
  return { put, restart, answer, awaits };
}

function setUpChips(chips, who) {
  chips.addEventListener("click", async (event) => {
    const chip = event.target.closest("button");
    if (chip?.dataset.say) await post("say", { who, text: chip.dataset.say });
    if (chip?.dataset.photo) {
      const file = await (await fetch(chip.dataset.photo)).blob();
      await upload(who, file);
    }
  });
}

function setUpComposer(form, who) {
  const text = form.querySelector("textarea");
  const note = form.querySelector(".editing");
  let editing = null;

  function edit(message) {
    editing = message;
    note.hidden = !message;
    text.value = message ? message.text : "";
    text.focus({ preventScroll: true });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = text.value;
    if (!words.trim()) return;
    const done = editing
      ? await post("edit", { who, message: editing.id, text: words })
      : await post("say", { who, text: words });
    if (done) edit(null);
  });

  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  form.querySelector("[data-act=cancel]").addEventListener("click", () => edit(null));
  form.querySelector("[data-act=place]").addEventListener("click", () => post("place", { who }));

  const input = form.querySelector("input");
  input.addEventListener("change", async () => {
    const files = [...input.files].slice(0, 10);
    const album = files.length > 1 ? crypto.randomUUID() : "";
    const caption = text.value.trim();
    for (const [index, file] of files.entries()) {
      if (file.size > LARGEST) showWindow("这张照片太大了，请选 10 MB 以内的。");
      else await upload(who, file, { caption: index === 0 ? caption : "", album });
    }
    input.value = "";
    text.value = "";
  });

  return { edit };
}
