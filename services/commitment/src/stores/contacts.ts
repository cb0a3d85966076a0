import type { MakeCommitmentRequest } from '@ksbb/contracts';
import { insertOnce } from '@ksbb/document-store';
import type { Connection } from 'mongoose';

/** A donor's contact data: personal data that is in no aggregate, event or log. `anonymous`: the name is for nobody. */
export type Contact = {
  name: string;
  kind: MakeCommitmentRequest['donor']['kind'];
  email: string;
  phone: string | null;
  anonymous: boolean;
};

export type Contacts = {
  /** Keeps the contact of a collaboration; the first one stays. `consentedAt`: when the donor allowed it. */
  keep: (collaborationId: string, contact: Contact, consentedAt: Date) => Promise<void>;
  find: (collaborationId: string) => Promise<Contact | null>;
};

type ContactDocument = Contact & { _id: string; consentedAt: Date };

/** Contact data by collaboration ID, in a collection of its own so that it can be erased alone. */
export function openContacts(connection: Connection): Contacts {
  const collection = connection.collection<ContactDocument>('contacts');
  return {
    keep: async (collaborationId, contact, consentedAt) => {
      await insertOnce(connection.collection('contacts'), { _id: collaborationId, ...contact, consentedAt });
    },
    find: async (collaborationId) => {
      const found = await collection.findOne({ _id: collaborationId });
      if (found === null) return null;
      const { name, kind, email, phone, anonymous } = found;
      return { name, kind, email, phone, anonymous };
    },
  };
}
