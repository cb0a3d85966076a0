for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  // browsers offer the clipboard only over https and on localhost
  if (navigator.clipboard === undefined) continue;
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(button.dataset['copy'] ?? '').then(() => {
      button.textContent = button.dataset['copied'] ?? words;
      setTimeout(() => {
        button.textContent = words;
      }, 2_000);
    });
  });
}
