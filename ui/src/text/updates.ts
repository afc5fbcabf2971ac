import type { PackageKind } from '../bindings/PackageKind';
import { said } from './locale';

export const updates = said('updates.updates', {
  section: 'Updates',
  available: (version: string) => `Version ${version} is available`,
  downloading: (version: string) => `Version ${version} is being downloaded`,
  ready: (version: string) => `Version ${version} is ready`,
  installed: (version: string) => `Version ${version} starts next time`,
  mode: 'When there is a new version',
  modes: { notify: 'Tell me', automatic: 'Install it', off: 'Do nothing' },
  modeHelp: {
    notify: 'Tapedeck asks at its start and once a day whether there is one, and tells you.',
    automatic:
      'Tapedeck asks at its start and once a day, downloads a new version, checks its signature and puts it in place when you close Tapedeck.',
    off: 'Tapedeck asks only when you press Check now.',
  },
  sent: 'What is sent is the request itself, with nothing about you, this machine or what you keep here.',
  check: 'Check now',
  checking: 'Checking…',
  lastCheck: 'Last check',
  never: 'None yet',
  outcome: {
    current: 'This is the newest version.',
    available: (version: string) => `Version ${version} is available.`,
    failed: 'It failed.',
  },
  unsupported: 'This build was made without an update server. Get new versions where you got this one.',
  byPackage: (kind: PackageKind, distribution: string | null): string => {
    switch (kind) {
      case 'distribution':
        return `Tapedeck came with ${distribution ?? 'your system'}, which brings its updates. Its package manager installs them.`;
      case 'deb':
      case 'rpm':
        return 'Tapedeck was installed as a package, which only an administrator may replace. It tells you of a new version; download that package and install it the same way.';
      default:
        return 'This Tapedeck was installed by hand. It tells you of a new version; get that the way you got this one.';
    }
  },
  releasePage: 'Releases',
  openPage: 'Open in browser',
  show: 'What is new…',
  title: (version: string) => `Version ${version}`,
  lead: (running: string, published: string | null) =>
    published === null ? `You have ${running}.` : `You have ${running}. Published ${published}.`,
  notes: 'What is new',
  noNotes: 'Nothing was written about what is new.',
  progress: 'Downloading, in MB',
  megabytes: (bytes: number) => Math.round(bytes / 100_000) / 10,
  install: 'Install',
  later: 'Later',
  stages: {
    found: 'It is downloaded and its signature checked; you are not interrupted.',
    ready: 'It is put in place when you close Tapedeck, or now, when you restart it.',
    installed: 'It is in place, and starts the next time.',
  },
  restart: 'Restart now',
  cancelled: 'The download was cancelled.',
});
