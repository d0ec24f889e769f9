import { showDialog } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { nullTranslator } from '@jupyterlab/translation';
import { Deletion } from '../deletion';

jest.mock('@jupyterlab/apputils', () => ({
  Dialog: { cancelButton: () => ({}), warnButton: () => ({}) },
  showDialog: jest.fn()
}));

const show = showDialog as unknown as jest.Mock;

describe('Deletion', () => {
  const deletion = () => new Deletion(nullTranslator.load('cellift'));

  beforeEach(() => {
    show.mockReset();
    show.mockResolvedValue({ button: { accept: true } });
    PageConfig.setOption('delete_to_trash', 'True');
  });

  it('asks once for all that is deleted at a time', async () => {
    const one = deletion();
    expect(await Promise.all(['a', 'b', 'c'].map(name => one.isAllowed(name)))).toEqual([true, true, true]);
    expect(show).toHaveBeenCalledTimes(1);
    expect(show.mock.calls[0][0].body).toContain('“a” and 2 more');
    show.mockResolvedValue({ button: { accept: false } });
    expect(await one.isAllowed('d')).toBe(false);
    expect(show.mock.calls[1][0].body).toContain('“d”');
  });

  it('does not ask where JupyterLab has not spoken of a trash', async () => {
    PageConfig.setOption('delete_to_trash', 'false');
    expect(await deletion().isAllowed('a')).toBe(true);
    expect(show).not.toHaveBeenCalled();
  });
});
