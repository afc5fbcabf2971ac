module.exports.up = async (db) => {
  await db.collection('users').updateMany({ status: { $exists: false } }, { $set: { status: "active" } }, { upsert: false });
  return db.collection('users').deleteMany({ email: /@spam\.example$/i });
};

module.exports.down = async db => {
  await db.collection('users').updateMany({}, { $unset: { status: '' } })
};
