import { LabIcon } from '@jupyterlab/ui-components';

/** A step: the hexagon that marks it on the cell. */
export const stepIcon = new LabIcon({
  name: 'cellift:step',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M12 2 3.3 7v10l8.7 5 8.7-5V7L12 2Zm0 2.3 6.7 3.85v7.7L12 19.7l-6.7-3.85v-7.7L12 4.3Z"/>
</svg>`
});

/** Run the pipeline: a play sign in the step's hexagon. */
export const runPipelineIcon = new LabIcon({
  name: 'cellift:run-pipeline',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M12 2 3.3 7v10l8.7 5 8.7-5V7L12 2Zm0 2.3 6.7 3.85v7.7L12 19.7l-6.7-3.85v-7.7L12 4.3Z"/>
  <path class="jp-icon3" fill="#616161" d="M10 8.2v7.6l6-3.8-6-3.8Z"/>
</svg>`
});
