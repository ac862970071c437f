// What the page of commands lets the server call, by name.
live.register('measure', ({ selector }) => {
  const { width, height } = document.querySelector(selector).getBoundingClientRect();
  live.push('measured', { width: `${Math.round(width)}`, height: `${Math.round(height)}` });
});
