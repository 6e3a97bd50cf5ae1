import type { AttributePath, Filter } from './filter.ts';

/** A filter as text that `parseFilter` reads back to an equal tree. */
export declare function renderFilter(filter: Filter): string;
export declare function renderPath(path: AttributePath): string;
