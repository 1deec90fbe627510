import django.db.models.deletion
import multaqa.kit.clock
import multaqa.kit.translated
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0001_initial'),
        ('territories', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('title', multaqa.kit.translated.TranslatedField(verbose_name='title')),
                ('released_at', models.DateTimeField(default=multaqa.kit.clock.now)),
                ('method', models.JSONField()),
                ('snapshot', models.JSONField()),
                ('snapshot_hash', models.CharField(max_length=64)),
                ('code_version', models.CharField(max_length=20)),
                ('is_demo', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('title', multaqa.kit.translated.TranslatedField(verbose_name='name')),
                ('dimension', models.CharField(choices=[('hazard', 'Hazard and exposure'), ('vulnerability', 'Vulnerability'), ('coping', 'Lack of coping capacity')], max_length=13)),
                ('direction', models.SmallIntegerField(choices=[(1, 'more is worse'), (-1, 'more is better')])),
                ('unit', models.CharField(choices=[('percent', 'percent'), ('km', 'kilometres'), ('people_per_room', 'people per room'), ('count', 'number'), ('scale', 'scale from 0 to 10')], max_length=16)),
                ('low', models.FloatField(help_text='Fixed goalpost, so that years and regions compare')),
                ('high', models.FloatField(help_text='Fixed goalpost, so that years and regions compare')),
                ('weight', models.FloatField(default=1, help_text='In its dimension; 0: shown, but not part of the index')),
                ('of_households', models.BooleanField(default=False, help_text='Counted in households, not in people')),
                ('source', multaqa.kit.translated.TranslatedField(verbose_name='source')),
                ('licence', models.CharField(max_length=60)),
                ('note', multaqa.kit.translated.TranslatedField(blank=True, verbose_name='method note')),
                ('is_demo', models.BooleanField(default=False)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('low__lt', models.F('high'))), name='indicator_goalposts_in_order'), models.CheckConstraint(condition=models.Q(('weight__gte', 0)), name='indicator_weight_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Observation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('kind', models.CharField(choices=[('water', 'drinking water'), ('drought', 'drought and loss of herds'), ('flood', 'flash flood'), ('sand', 'sand encroachment'), ('sea', 'storm, coast and sea'), ('heat', 'heat'), ('health', 'health and access to care'), ('road', 'road cut, isolation'), ('school', 'schooling'), ('income', 'loss of work or income'), ('other', 'other')], max_length=8)),
                ('title', multaqa.kit.translated.TranslatedField(verbose_name='title')),
                ('text', models.TextField()),
                ('seen_on', models.DateField()),
                ('households', models.PositiveIntegerField(help_text='Households affected; empty: not known', null=True)),
                ('state', models.CharField(choices=[('reported', 'reported'), ('confirmed', 'confirmed')], default='reported', max_length=9)),
                ('reported_at', models.DateTimeField(default=multaqa.kit.clock.now)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('is_demo', models.BooleanField(default=False)),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='directory.organisation')),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='territories.territory')),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'reported'), ('confirmed_at__isnull', False), _connector='OR'), name='confirmed_observation_has_its_moment')],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('measured', 'measured'), ('suppressed', 'fewer than 30 households: not published'), ('not_measured', 'not measured')], max_length=12)),
                ('score', models.FloatField(null=True)),
                ('low', models.FloatField(null=True)),
                ('high', models.FloatField(null=True)),
                ('dimensions', models.JSONField(default=dict)),
                ('rank', models.PositiveSmallIntegerField(null=True)),
                ('rank_low', models.PositiveSmallIntegerField(null=True)),
                ('rank_high', models.PositiveSmallIntegerField(null=True)),
                ('share_missing', models.FloatField()),
                ('n_households', models.PositiveIntegerField(null=True)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='observatory.indexrelease')),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='territories.territory')),
            ],
            options={
                'ordering': ['release', models.OrderBy(models.F('rank'), nulls_last=True), 'territory__code'],
                'constraints': [models.UniqueConstraint(fields=('release', 'territory'), name='one_score_per_release_and_place'), models.CheckConstraint(condition=models.Q(models.Q(('rank__gte', 1), ('rank__isnull', False), ('score__isnull', False), ('status', 'measured')), models.Q(models.Q(('status', 'measured'), _negated=True), ('rank__isnull', True), ('score__isnull', True)), _connector='OR'), name='only_a_measured_place_is_ranked')],
            },
        ),
        migrations.CreateModel(
            name='Value',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('sex', models.CharField(choices=[('all', 'all'), ('male', 'men'), ('female', 'women')], default='all', max_length=6)),
                ('milieu', models.CharField(choices=[('all', 'all'), ('urban', 'urban'), ('rural', 'rural')], default='all', max_length=5)),
                ('value', models.FloatField(null=True)),
                ('n', models.PositiveIntegerField(null=True)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='observatory.indicator')),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='territories.territory')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('indicator', 'territory', 'year', 'sex', 'milieu'), name='one_value_per_cell')],
            },
        ),
    ]
