using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(ColumnConcatenatingTransformer), null, typeof(SignatureLoadModel), "Concatenate columns", ColumnConcatenatingTransformer.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Makes a vector of columns of one type.</summary>
public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "ConcatTransform";

    private static readonly VersionInfo _version = new(
        modelSignature: "CONCAT F",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(ColumnConcatenatingTransformer).Assembly.FullName,
        loaderSignature: LoaderSignature);

    private readonly string _name;
    private readonly string[] _sources;

    internal ColumnConcatenatingTransformer(IHost host, string name, string[] sources)
        : base(host)
    {
        _name = name;
        _sources = sources;
    }

    /// <summary>Loads the string id of the output, int32 number of inputs, their string ids.</summary>
    private static ColumnConcatenatingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(_version);
        string name = ctx.LoadNonEmptyString();
        int count = ctx.Reader.ReadInt32();
        env.CheckDecode(0 < count && count <= ctx.Header.CbModel, "The number of columns is corrupt.");
        var sources = new string[count];
        for (int i = 0; i < count; i++)
            sources[i] = ctx.LoadNonEmptyString();
        return new(env.Register(nameof(ColumnConcatenatingTransformer)), name, sources);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(_version);
        ctx.SaveNonEmptyString(_name);
        ctx.Writer.Write(_sources.Length);
        foreach (string source in _sources)
            ctx.SaveNonEmptyString(source);
    }

    private protected override RowMapping MakeMapping(DataViewSchema inputSchema)
    {
        var sources = Array.ConvertAll(_sources, name => inputSchema.GetColumnOrNull(name)
            ?? throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", name));
        var itemType = (PrimitiveDataViewType)sources[0].Type.GetItemType();
        foreach (var source in sources)
        {
            if (!source.Type.GetItemType().Equals(itemType))
                throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", source.Name, $"{itemType} or a vector of it", source.Type.ToString());
        }

        bool varies = sources.Any(source => source.Type.GetValueCount() == 0);
        int size = varies ? 0 : sources.Sum(source => source.Type.GetValueCount());
        var annotations = new DataViewSchema.Annotations.Builder();
        if (sources.Length == 1 && sources[0].HasSlotNames())
            annotations.Add(sources[0].Annotations, kind => kind == AnnotationUtils.Kinds.SlotNames);
        else if (!varies && sources.Any(source => source.Type is not VectorDataViewType || source.HasSlotNames()))
            AddSlotNames(annotations, sources, size);

        var column = new DataViewSchema.DetachedColumn(_name, new VectorDataViewType(itemType, size), annotations.ToAnnotations());
        int[] indices = Array.ConvertAll(sources, source => source.Index);
        return RowMapping.Add(inputSchema, [new OutputColumn(column, indices, input =>
            GenericMethods.Invoke<Delegate>(MakeGetter<int>, itemType.RawType, input, sources))]);
    }

    private static void AddSlotNames(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column[] sources, int size)
        => annotations.AddSlotNames(size, (ref VBuffer<ReadOnlyMemory<char>> names) =>
        {
            var editor = VBufferEditor.Create(ref names, size);
            int slot = 0;
            foreach (var source in sources)
            {
                if (source.Type is not VectorDataViewType)
                {
                    editor.Values[slot++] = source.Name.AsMemory();
                    continue;
                }

                VBuffer<ReadOnlyMemory<char>> own = default;
                if (source.HasSlotNames())
                    source.GetSlotNames(ref own);
                for (int i = 0; i < source.Type.GetVectorSize(); i++)
                {
                    // A slot without a name stays without one.
                    var name = own.Length > 0 ? own.GetItemOrDefault(i) : default;
                    editor.Values[slot++] = name.IsEmpty ? default : $"{source.Name}.{name}".AsMemory();
                }
            }

            names = editor.Commit();
        });

    private static ValueGetter<VBuffer<T>> MakeGetter<T>(DataViewRow input, DataViewSchema.Column[] sources)
    {
        var parts = sources.Select(source => source.Type is VectorDataViewType
            ? input.GetGetter<VBuffer<T>>(source)
            : AsVector(input.GetGetter<T>(source))).ToArray();
        var values = new VBuffer<T>[parts.Length];
        return (ref VBuffer<T> result) =>
        {
            int length = 0;
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i](ref values[i]);
                length += values[i].Length;
            }

            var editor = VBufferEditor.Create(ref result, length);
            int at = 0;
            foreach (var value in values)
            {
                value.CopyTo(editor.Values, at);
                at += value.Length;
            }

            result = editor.Commit();
        };
    }

    private static ValueGetter<VBuffer<T>> AsVector<T>(ValueGetter<T> getter)
        => (ref VBuffer<T> vector) =>
        {
            var editor = VBufferEditor.Create(ref vector, 1);
            getter(ref editor.Values[0]);
            vector = editor.Commit();
        };
}
