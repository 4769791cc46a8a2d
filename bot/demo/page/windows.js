// The two windows that lie over the page: a word that has to be read, and a picture in full size.
export function showWindow(text) {
  const dialog = document.getElementById("window");
  dialog.querySelector("p").textContent = text;
  dialog.showModal();
}

export function showPicture(url, alt) {
  const dialog = document.getElementById("picture");
  const picture = dialog.querySelector("img");
  picture.src = url;
  picture.alt = alt;
  dialog.showModal();
}
