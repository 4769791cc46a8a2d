// Draws one message. Everything that people wrote goes in as text, never as markup.
import { weekdayAndTime } from "./times.js";
import { showPicture } from "./windows.js";

const LONGEST_COMMAND = 5;
const STARTED = "打开了和楚邻的聊天";
const SCANNED = "扫了楼门口的二维码";

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function messageOf(message, phone) {
  if (message.mine && message.text === "/start") {
    return element("p", { class: "note" }, `${phone.name}${phone.who === "resident" ? SCANNED : STARTED}`);
  }
  const article = element("article", { class: message.mine ? "said mine" : "said", "data-id": message.id });
  article.append(element("span", { class: "hidden" }, message.mine ? `${phone.name}：` : "楚邻："));
  article.append(...message.files.map((file) => fileOf(file, phone.name)));
  if (message.text) article.append(element("p", { class: "words" }, message.text));
  if (message.place) article.append(element("p", { class: "words" }, "📍 位置：幸福苑3栋（示例）"));
  article.append(footOf(message, phone));
  if (message.rows.length) article.append(choicesOf(message, phone));
  return article;
}

function fileOf(file, name) {
  if (!file.picture) return documentOf(file);
  const alt = file.name ? `图片：${file.name}` : `${name}发的照片`;
  const button = element("button", { type: "button", class: "shot", "aria-label": `放大看${alt}` });
  button.append(element("img", { src: file.url, alt }));
  button.addEventListener("click", () => showPicture(file.url, alt));
  return button;
}

function documentOf(file) {
  const size = element("small", {}, sizeOf(file.size));
  return element("a", { class: "document", href: file.url, download: file.name }, `📄 ${file.name} `, size);
}

function sizeOf(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function footOf(message, phone) {
  const foot = element("p", { class: "foot" });
  const at = new Date(message.at);
  foot.append(element("time", { datetime: at.toISOString() }, weekdayAndTime(at)));
  if (message.edited) foot.append(message.mine ? " 改过" : " 已更新");
  if (message.mine && message.text.length > LONGEST_COMMAND) {
    const button = element("button", { type: "button", class: "edit", "aria-label": `修改：${message.text.slice(0, 20)}` }, "修改");
    button.addEventListener("click", () => phone.composer.edit(message));
    foot.append(" ", button);
  }
  return foot;
}

function choicesOf(message, phone) {
  const rows = message.rows.map((row) => {
    const buttons = row.map(({ label, data }) => {
      const button = element("button", { type: "button" }, label);
      button.addEventListener("click", () => phone.press(button, message.id, data));
      return button;
    });
    return element("div", { class: "row" }, ...buttons);
  });
  return element("div", { class: "choices", role: "group", "aria-label": "可以点的按钮" }, ...rows);
}
