import { readFileSync } from 'fs';
import { join } from 'path';
import { VERSION } from '../version';

const root = join(__dirname, '..', '..');

describe('version', () => {
  it('is the same in the package, the source and the Python package', () => {
    const npm = JSON.parse(readFileSync(join(root, 'package.json'), 'utf-8')).version;
    const python = readFileSync(join(root, '..', 'jupyter_ext', 'cellift', '_version.py'), 'utf-8');
    expect(VERSION).toBe(npm);
    expect(python).toContain(`"${npm}"`);
  });
});
