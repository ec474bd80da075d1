// No command waits for ever: what takes too long is refused, without a word of what was found.
// https://www.mongodb.com/docs/manual/reference/method/cursor.maxTimeMS/
import { MongoServerError } from 'mongodb';
import { refuse } from '../fhir/outcome.ts';

export const maxTimeMS = 20_000;
/** MongoDB's MaxTimeMSExpired. */
const tooLate = 50;

/** `asked`: a command that was sent with `maxTimeMS`. */
export async function inTime<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== tooLate) throw error;
    throw refuse('too-slow', 'This takes too long: ask for less at once');
  }
}
