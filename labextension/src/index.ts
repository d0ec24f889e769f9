import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import card from './plugins/card';
import cellMarks from './plugins/cellMarks';
import client from './plugins/client';
import data from './plugins/data';
import drive from './plugins/drive';
import pipeline from './plugins/pipeline';
import runs from './plugins/runs';
import sidebar from './plugins/sidebar';

/** The plugins, one file each; what they share goes through the tokens. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [client, sidebar, pipeline, runs, data, drive, card, cellMarks];

export default plugins;
