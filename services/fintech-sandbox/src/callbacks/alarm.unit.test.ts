import { createAlarm } from './alarm.ts';

const clock = () => new Date();
/** Longer than the test may run: a sleeper that has to wait for its poll fails the test. */
const LONG = 3_600_000;

test('a sleeper wakes for every time that was set, however they were set', async () => {
  const alarm = createAlarm(clock);
  alarm.setFor(Date.now() + 60);
  alarm.setFor(Date.now() + 20);
  await alarm.sleep(LONG);
  await alarm.sleep(LONG);
});

test('a time that is set meanwhile wakes the sleeper', async () => {
  const alarm = createAlarm(clock);
  const sleeping = alarm.sleep(LONG);
  alarm.setFor(0);
  await sleeping;
});

test('a time that was set before the sleep is not lost', async () => {
  const alarm = createAlarm(clock);
  alarm.setFor(0);
  await alarm.sleep(LONG);
});

test('a time that has passed is forgotten after it woke the sleeper', async () => {
  const alarm = createAlarm(clock);
  alarm.setFor(0);
  await alarm.sleep(LONG);
  let awake = false;
  const sleeping = alarm.sleep(LONG).then(() => {
    awake = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(awake).toBe(false);
  alarm.setFor(0);
  await sleeping;
});

test('without any time set the poll wakes', async () => {
  await createAlarm(clock).sleep(5);
});
