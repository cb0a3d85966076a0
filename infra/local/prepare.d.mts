export interface InstallationState {
  lockfile: string;
  installed: string | undefined;
  stamp: string | undefined;
  nodeBinary: boolean;
}
export function reasonToInstall(state: InstallationState): string | undefined;
export function hashOf(text: string): string;
