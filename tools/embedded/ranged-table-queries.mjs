/**
 * The emulator evaluates a table query on every row that it holds, and sorts what it found, for each page again; the service
 * reads a range of keys. So that cost here grows with the answer too, a query by partition and range of row keys gets only the
 * rows of that range, by the emulator's own index and not more than a page needs. They still go through its own evaluation,
 * so that answers are the same; a query of any other form is left alone.
 */
export function rangeTableQueries(require) {
  const { prototype } = require('azurite/dist/src/table/persistence/LokiTableMetadataStore.js').default;
  const queryTableEntities = prototype.queryTableEntities;
  prototype.queryTableEntities = function (...asked) {
    const [, , , options, nextPartitionKey, nextRowKey] = asked;
    const range = rangeOf(options.filter, {
      partitionKey: this.decodeContinuationHeader(nextPartitionKey),
      rowKey: this.decodeContinuationHeader(nextRowKey),
    });
    if (range === undefined) return queryTableEntities.apply(this, asked);
    const rowsMax = this.getMaxResultsOption(options) + 1;
    const store = Object.create(this, {
      getEntityCollection: {
        value: (...named) => ({ chain: () => rowsOf(this.getEntityCollection(...named), range, rowsMax) }),
      },
    });
    return queryTableEntities.apply(store, asked);
  };
}

const text = "'((?:[^']|'')*)'";
const form = new RegExp(`^PartitionKey eq ${text} and RowKey (g[et]) ${text} and RowKey lt ${text}$`);

function rangeOf(filter, next) {
  const [, partitionKey, operator, from, to] = form.exec(filter ?? '')?.map(unquoted) ?? [];
  if (partitionKey === undefined || (next.partitionKey ?? partitionKey) !== partitionKey) return undefined;
  // The index orders texts as texts unless they read as numbers, which none between two such keys does.
  if (!/^[a-z]/.test(from) || !/^[a-z{|}~]/.test(to) || from >= to) return undefined;
  const start = next.rowKey !== undefined && next.rowKey > from ? next.rowKey : from;
  const isIn = ({ PartitionKey, RowKey }) =>
    PartitionKey === partitionKey && (operator === 'ge' || RowKey > from);
  return { start, to, isIn };
}

const unquoted = (quoted) => quoted.replaceAll("''", "'");

/** The first rows of a range, found from its start in the index on. */
function rowsOf(collection, { start, to, isIn }, rowsMax) {
  collection.ensureIndex('RowKey');
  const ordered = collection.binaryIndices.RowKey.values;
  const found = [];
  let at = Math.max(0, collection.calculateRangeStart('RowKey', start, true));
  for (; at < ordered.length && found.length < rowsMax; at++) {
    const row = collection.data[ordered[at]];
    if (row.RowKey >= to) break;
    if (row.RowKey >= start && isIn(row)) found.push(ordered[at]);
  }
  return Object.assign(collection.chain(), { filteredrows: found, filterInitialized: true });
}
