export async function up(db) {
  await db.command({ collMod: 'users', validator: { email: { $type: 'string' } }, validationLevel: 'moderate' });
  await db.collection('logs').aggregate([{ $match: { level: 'error' } }, { $merge: { into: 'errors' } }]).toArray();
}
export async function down(db) {
  await db.command({ collMod: 'users', validator: {}, validationLevel: 'off' });
}
