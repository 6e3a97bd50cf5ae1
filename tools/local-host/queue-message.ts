import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import type { RpcData } from './core-module.ts';

/** A message that this host holds: its lease is renewed at half time until it is settled. */
export interface LeasedMessage {
  readonly popReceipt: () => string;
  /** Gives the message back; it is seen again after `seconds`. */
  readonly release: (seconds: number) => Promise<void>;
  readonly stopRenewing: () => void;
}

export function leasedMessage(
  queue: QueueClient,
  message: ReceivedMessageItem,
  leaseSeconds: number,
): LeasedMessage {
  let popReceipt = message.popReceipt;
  const hide = async (seconds: number) => {
    const updated = await queue.updateMessage(message.messageId, popReceipt, message.messageText, seconds);
    popReceipt = updated.popReceipt ?? popReceipt;
  };
  // A lease that is lost is found out when the message is settled; the work itself must bear a repetition.
  const renewal = setInterval(
    () => void hide(leaseSeconds).catch(() => undefined),
    (leaseSeconds * 1000) / 2,
  );
  renewal.unref();
  return {
    popReceipt: () => popReceipt,
    release: hide,
    stopRenewing: () => clearInterval(renewal),
  };
}

/** Names as the host sends them; the library turns them to camel case. */
export const messageMetadata = (message: ReceivedMessageItem): Record<string, RpcData> => ({
  Id: { string: message.messageId },
  DequeueCount: { int: message.dequeueCount },
  PopReceipt: { string: message.popReceipt },
  InsertionTime: { json: JSON.stringify(message.insertedOn) },
  ExpirationTime: { json: JSON.stringify(message.expiresOn) },
  NextVisibleTime: { json: JSON.stringify(message.nextVisibleOn) },
});
