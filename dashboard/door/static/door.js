// A page whose session has ended must not go on showing its last picture: when its connection closes, it asks whether
// it is still let in, and is loaded anew when it is not.
// And the map's code is read while the server makes the page, which would otherwise ask for it afterwards.
(() => {
  const state = new URL("session", document.currentScript.src);
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      const map = document.querySelector("link[data-map]");
      if (map) import(map.href).catch(() => {});  // Streamlit asks again, and tells
      this.addEventListener("close", async () => {
        const answer = await fetch(state, {cache: "no-store"}).catch(() => null);
        if (answer?.status === 401) location.reload();
      });
    }
  };
})();
