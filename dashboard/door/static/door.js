// A page whose session has ended must not go on showing its last picture: when its connection closes, it asks whether
// it is still let in, and is loaded anew when it is not.
(() => {
  const state = new URL("session", document.currentScript.src);
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", async () => {
        const answer = await fetch(state, {cache: "no-store"}).catch(() => null);
        if (answer?.status === 401) location.reload();
      });
    }
  };
})();
