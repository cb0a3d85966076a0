export function isAlive(pid: number): boolean;
export function withFileLock<T>(
  path: string,
  onWait: (holder: number | undefined) => void,
  work: () => Promise<T>,
): Promise<T>;
