export type {
  ScimCaller,
  ScimExchange,
  ScimPorts,
  ScimRequest,
  ScimResponse,
  ScimSettings,
} from './exchange.ts';
