import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import client from './plugins/client';
import sidebar from './plugins/sidebar';

/** The plugins, one file each; what they share goes through the tokens. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [client, sidebar];

export default plugins;
