/**
 * Preloaded into every service of the development stack: when the process that started it is gone, however it went,
 * the IPC channel closes and the service shuts down as on SIGTERM, after fifteen seconds by force.
 */
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 15_000).unref();
});
process.channel?.unref();
