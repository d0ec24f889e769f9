import { LabIcon } from '@jupyterlab/ui-components';
import bucketSvg from '../../style/icons/bucket.svg';
import starSvg from '../../style/icons/star.svg';

/** A bucket, and a place that is liked. */
export const bucketIcon = new LabIcon({ name: 'cellift:bucket', svgstr: bucketSvg });
export const starIcon = new LabIcon({ name: 'cellift:star', svgstr: starSvg });
