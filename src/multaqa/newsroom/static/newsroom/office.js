// Starts Wagtail's calendars from marks in the page, so that the office needs no script written into its pages.
(() => {
  const start = () => {
    for (const mark of document.querySelectorAll("[data-office-chooser]")) {
      const begin = window[mark.dataset.officeChooser];
      if (!begin || !document.getElementById(mark.dataset.officeFor)) continue;
      const config = JSON.parse(mark.dataset.officeConfig);
      mark.remove();
      begin(mark.dataset.officeFor, config);
    }
  };
  addEventListener("load", () => {
    start();
    new MutationObserver(start).observe(document.body, { childList: true, subtree: true });
  });
})();
